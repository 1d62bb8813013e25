"""Each child writes cells of its own."""
from multiprocessing import Process, Array


def fill(cells, first):
    for n in range(first, len(cells), 2):
        cells[n] = n * n


if __name__ == "__main__":
    cells = Array("i", 10)
    crew = [Process(target=fill, args=(cells, n)) for n in (0, 1)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print(cells[:])
