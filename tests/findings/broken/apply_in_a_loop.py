# finds: tasks-one-by-one hint
# says: never ran at the same time
"""apply waits for each task."""
import multiprocessing as mp
import time


def fetch(n):
    time.sleep(0.05)
    return n


if __name__ == "__main__":
    with mp.Pool(4) as pool:
        print([pool.apply(fetch, (n,)) for n in range(5)])
