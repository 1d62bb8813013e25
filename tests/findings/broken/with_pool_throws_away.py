# finds: tasks-thrown-away likely
# says: with, store
"""The with block is left at once: the tasks are gone."""
import multiprocessing as mp
import time


def store(n):
    time.sleep(0.2)
    print("stored", n, flush=True)


if __name__ == "__main__":
    with mp.Pool(2) as pool:
        for n in range(6):
            pool.apply_async(store, (n,))
    print("everything stored")
