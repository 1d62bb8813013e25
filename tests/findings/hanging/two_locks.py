# finds: lock-circle certain
# says: Process-1, Process-2, Lock-1, RLock-1

import multiprocessing as mp
import time
def f(x,y):
    with x:
        time.sleep(.2)
        with y: print("done")
if __name__=="__main__":
    a,b=mp.Lock(),mp.RLock()
    ps=[mp.Process(target=f,args=(a,b)),mp.Process(target=f,args=(b,a))]
    [p.start() for p in ps]; [p.join() for p in ps]
