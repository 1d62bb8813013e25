# finds: lock-circle certain
# says: l (Lock-1), MainProcess

import multiprocessing as mp
def f(l):
    with l: print("child")
if __name__=="__main__":
    l=mp.Lock()
    with l:
        p=mp.Process(target=f,args=(l,)); p.start(); p.join()
