# finds: task-lost
# says: 1 of 4
# A process that is no worker has a pool, and a worker of that ends itself in a task.
import multiprocessing as mp, os
def step(n):
    if n == 1: os._exit(7)
    return n
def stage(name):
    inner = mp.Pool(2)
    print(name, inner.map(step, range(4), chunksize=1))
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    p = mp.Process(target=stage, args=("parse",)); p.start(); p.join()
