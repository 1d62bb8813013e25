# finds: not-inherited certain
# says: Lock
# status: 1
"""A lock sent as the argument of a task."""
import multiprocessing as mp


def work(lock):
    with lock:
        return 1


if __name__ == "__main__":
    with mp.Pool(1) as pool:
        print(pool.apply(work, (mp.Lock(),)))
