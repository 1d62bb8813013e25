# finds: queue-waits certain
# says: work (Queue-1), is empty

import multiprocessing as mp
def worker(q):
    while q.get() is not None: pass
if __name__=="__main__":
    work=mp.Queue()
    ps=[mp.Process(target=worker,args=(work,)) for _ in range(3)]
    [p.start() for p in ps]
    for i in range(5): work.put(i)
    work.put(None)
    [p.join() for p in ps]
