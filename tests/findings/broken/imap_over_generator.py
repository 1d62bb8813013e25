# finds: imap-reads-ahead hint
# says: taken
"""imap over a generator, results wanted one at a time."""
import multiprocessing as mp


def numbers():
    for n in range(300):
        yield n


def same(n):
    return n


if __name__ == "__main__":
    import time
    with mp.Pool(2) as pool:
        results = pool.imap_unordered(same, numbers())
        next(results)
        time.sleep(0.2)
        print("enough")
