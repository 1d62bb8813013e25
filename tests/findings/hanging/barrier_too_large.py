# finds: barrier-short certain
# says: gate (Barrier-1), 3 of 4

import multiprocessing as mp
def f(b): b.wait()
if __name__=="__main__":
    gate=mp.Barrier(4)
    ps=[mp.Process(target=f,args=(gate,)) for _ in range(3)]
    [p.start() for p in ps]; [p.join() for p in ps]
