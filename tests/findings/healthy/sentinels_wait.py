"""connection.wait on the sentinels of children."""
import multiprocessing as mp
from multiprocessing import connection
import time


def nap(seconds):
    time.sleep(seconds)


if __name__ == "__main__":
    left = {}
    for n in (0.02, 0.1):
        child = mp.Process(target=nap, args=(n,))
        child.start()
        left[child.sentinel] = child
    while left:
        for sentinel in connection.wait(list(left)):
            left.pop(sentinel).join()
    print("all gone")
