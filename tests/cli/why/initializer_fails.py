# finds: worker-cannot-start hint
# says: pool (Pool)
# Every worker ends in the initializer, and is replaced by one that does the same.
import multiprocessing as mp
def begin(): raise RuntimeError("no database")
def double(n): return 2 * n
if __name__ == "__main__":
    with mp.Pool(2, initializer=begin) as pool: print(pool.map(double, [1, 2]))
