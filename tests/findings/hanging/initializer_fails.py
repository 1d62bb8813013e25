# finds: worker-cannot-start certain
# says: RuntimeError: no database

import multiprocessing as mp
def init(): raise RuntimeError("no database")
def f(x): return x
if __name__=="__main__":
    with mp.Pool(2,initializer=init) as pool: print(pool.map(f,[1,2]))
