"""apply_async, and every result is asked for."""
from multiprocessing import Pool
import os


def whoami(n):
    return n, os.getpid() > 0


if __name__ == "__main__":
    with Pool(2) as pool:
        results = [pool.apply_async(whoami, (n,)) for n in range(5)]
        print([r.get(timeout=10) for r in results])
