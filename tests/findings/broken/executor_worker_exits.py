# finds: executor-broken
# says: exit code 5
"""A task ends its worker."""
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
import os


def work(n):
    if n == 1:
        os._exit(5)
    return n


if __name__ == "__main__":
    with ProcessPoolExecutor(1) as ex:
        for f in [ex.submit(work, n) for n in range(3)]:
            try:
                print(f.result())
            except BrokenProcessPool:
                print("no result")
