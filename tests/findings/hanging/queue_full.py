# finds: queue-waits certain
# says: jobs (Queue-1), is full, Process-1

import multiprocessing as mp
def consumer(q):
    while True:
        x=q.get()
        if x is None: break
if __name__=="__main__":
    jobs=mp.Queue(2)
    p=mp.Process(target=consumer,args=(jobs,)); p.start()
    jobs.put(1); jobs.put(None); p.join()
    for i in range(4): jobs.put(i)
