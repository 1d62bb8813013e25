# finds: pickling-dwarfs likely
# says: first
"""Every task carries the whole table."""
import multiprocessing as mp


def first(table, n):
    return table[n]


if __name__ == "__main__":
    table = {n: str(n) * 10 for n in range(20000)}
    with mp.Pool(2) as pool:
        print(len(pool.starmap(first, [(table, n) for n in range(12)], chunksize=1)))
