"""A checker: it finds something and says so by its exit code."""
import multiprocessing as mp
import sys


def check(n):
    return n != 2


if __name__ == "__main__":
    with mp.Pool(2) as pool:
        good = pool.map(check, range(4))
    bad = good.count(False)
    print("bad:", bad)
    sys.exit(bad)
