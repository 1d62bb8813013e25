# finds: queue-empty|event-never-set
# says: 
# An executor's task has an executor of its own, whose task waits for ever.
import multiprocessing as mp, os
from concurrent.futures import ProcessPoolExecutor
def leaf(n):
    return mp.Event().wait()
def branch(n):
    with ProcessPoolExecutor(1, mp_context=mp.get_context("fork")) as inner:
        return inner.submit(leaf, n).result()
if __name__ == "__main__":
    with ProcessPoolExecutor(1, mp_context=mp.get_context(os.environ.get("METHOD", "fork"))) as outer:
        print(outer.submit(branch, 1).result())
