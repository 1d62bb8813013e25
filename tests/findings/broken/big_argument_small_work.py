# finds: pickling-dwarfs likely
# says: first
"""Every task carries the whole table."""
import multiprocessing as mp


def first(table, n):
    return table[n]


if __name__ == "__main__":
    table = bytes(3_000_000)
    with mp.Pool(2) as pool:
        print(len(pool.starmap(first, [(table, n) for n in range(12)], chunksize=1)))
