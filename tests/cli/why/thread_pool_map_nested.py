# finds: pool-starved
# says: ThreadPool
# ThreadPool: a task maps over the same pool, which has no free thread.
from multiprocessing.pool import ThreadPool
pool = ThreadPool(2)
def leaf(n): return n
def branch(n): return sum(pool.map(leaf, range(n)))
print(pool.map(branch, [2, 2]))
