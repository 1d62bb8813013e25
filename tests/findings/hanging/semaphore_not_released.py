# finds: owner-died certain
# says: slots (Semaphore-1), RuntimeError: oops

import multiprocessing as mp
def f(s,i):
    s.acquire()
    if i==0: raise RuntimeError("oops")
    s.release()
if __name__=="__main__":
    slots=mp.Semaphore(1)
    for i in range(2):
        p=mp.Process(target=f,args=(slots,i)); p.start(); p.join()
