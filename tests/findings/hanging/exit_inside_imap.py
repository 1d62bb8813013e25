# finds: task-lost certain
# says: task 3 of pool (Pool-1), os._exit()

import multiprocessing as mp, os, time
def f(x):
    if x==3: os._exit(7)
    time.sleep(.1); return x
if __name__=="__main__":
    with mp.Pool(2) as pool:
        for r in pool.imap_unordered(f,range(6)): print(r)
