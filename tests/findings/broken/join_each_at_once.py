# finds: joined-one-by-one hint
# says: never ran at the same time
"""Started and joined in one loop."""
import multiprocessing as mp
import time


def fetch(n):
    time.sleep(0.05)


if __name__ == "__main__":
    crew = [mp.Process(target=fetch, args=(n,)) for n in range(4)]
    for one in crew:
        one.start()
        one.join()
