# finds: task-lost
# says: inner (Pool)
# Workers that are no daemons have pools of their own; a task of one of these ends its process.
import multiprocessing as mp, os
from multiprocessing.pool import Pool
class Free(mp.Process):
    @property
    def daemon(self): return False
    @daemon.setter
    def daemon(self, value): pass
context = type("Context", (type(mp.get_context("fork")),), {"Process": Free})()
def leaf(n):
    if n == 3: os._exit(9)
    return n
def branch(n):
    with Pool(2) as inner: return inner.map(leaf, range(4), 1)
if __name__ == "__main__":
    mp.set_start_method("fork")
    with Pool(2, context=context) as outer: print(outer.map(branch, range(2)))
