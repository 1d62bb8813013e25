"""Workers are replaced after two tasks each."""
from multiprocessing import Pool
import os


def pid(_):
    return os.getpid()


if __name__ == "__main__":
    with Pool(2, maxtasksperchild=2) as pool:
        pids = pool.map(pid, range(8), chunksize=1)
        pool.close()
        pool.join()
    print("workers:", len(set(pids)) >= 4)
