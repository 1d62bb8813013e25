# finds: queue-waits certain
# says: q (Queue-1), Process-1

import multiprocessing as mp
def w(q):
    for x in iter(q.get,"stop"): print(x)
if __name__=="__main__":
    q=mp.Queue(); mp.Process(target=w,args=(q,)).start()
    q.put(1); print("main done")
