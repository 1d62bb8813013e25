# finds: queue-waits certain
# says: Process-1, read lock

import multiprocessing as mp
import time
def worker(q):
    while True: print(q.get(),flush=True)
if __name__=="__main__":
    q=mp.Queue()
    a=mp.Process(target=worker,args=(q,)); a.start()
    time.sleep(.3); a.kill(); a.join()
    b=mp.Process(target=worker,args=(q,)); b.start()
    q.put("x"); b.join()
