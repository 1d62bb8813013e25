# finds: owner-died certain
# says: SIGKILL, RLock-1

import multiprocessing as mp, os, signal, time
def f(v):
    with v.get_lock():
        os.kill(os.getpid(),signal.SIGKILL)
if __name__=="__main__":
    total=mp.Value("i",0)
    p=mp.Process(target=f,args=(total,)); p.start(); p.join()
    total.value+=1; print(total.value)
