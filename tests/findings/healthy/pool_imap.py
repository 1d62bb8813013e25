"""imap, all of it taken."""
from multiprocessing import Pool


def double(n):
    return 2 * n


if __name__ == "__main__":
    with Pool(2) as pool:
        print(list(pool.imap(double, range(20), chunksize=4)))
