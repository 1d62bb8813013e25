# finds: condition-unnotified certain
# says: ValueError: bad data

import multiprocessing as mp
import time
def producer(c):
    with c:
        raise ValueError("bad data")
if __name__=="__main__":
    c=mp.Condition(); p=mp.Process(target=producer,args=(c,)); p.start()
    with c: c.wait()
