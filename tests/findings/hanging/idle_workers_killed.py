# finds: pool-stands certain
# says: pool (Pool-1), SIGKILL

import multiprocessing as mp, os, signal, time
def sq(x): return x*x
if __name__=="__main__":
    pool=mp.Pool(2); time.sleep(.3)
    for w in pool._pool: os.kill(w.pid,signal.SIGKILL)
    time.sleep(.3)
    print(pool.map(sq,range(4)))
