"""A pool of spawned workers."""
import multiprocessing as mp


def triple(n):
    return 3 * n


if __name__ == "__main__":
    with mp.get_context("spawn").Pool(2) as pool:
        print(pool.map(triple, range(3)))
