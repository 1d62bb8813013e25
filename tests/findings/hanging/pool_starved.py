# finds: pool-stands certain
# says: all 2 busy workers wait

from concurrent.futures import ThreadPoolExecutor
import multiprocessing as mp
def outer(q):
    return q.get()
if __name__=="__main__":
    m=mp.Manager(); q=m.Queue()
    with mp.Pool(2) as pool:
        rs=[pool.apply_async(outer,(q,)) for _ in range(2)]
        r=pool.apply_async(q.put,(1,))
        print([r.get() for r in rs])
