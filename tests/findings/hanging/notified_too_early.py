# finds: condition-unnotified certain
# says: ready (Condition-1), when nobody slept on it

import multiprocessing as mp
import time
def notifier(c):
    with c: c.notify()
if __name__=="__main__":
    ready=mp.Condition()
    p=mp.Process(target=notifier,args=(ready,)); p.start(); p.join()
    with ready: ready.wait()
