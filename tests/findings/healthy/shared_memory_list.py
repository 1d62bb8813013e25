"""A ShareableList under a SharedMemoryManager."""
from multiprocessing import Process
from multiprocessing.managers import SharedMemoryManager


def double(cells):
    for n in range(len(cells)):
        cells[n] *= 2


if __name__ == "__main__":
    with SharedMemoryManager() as smm:
        cells = smm.ShareableList([1, 2, 3])
        p = Process(target=double, args=(cells,))
        p.start()
        p.join()
        print(list(cells))
