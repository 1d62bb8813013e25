# finds: queue-not-drained certain
# says: results (Queue-1), can't end

import multiprocessing as mp
def w(out): out.put(list(range(100000)))
if __name__=="__main__":
    ctx=mp.get_context("spawn"); results=ctx.Queue()
    p=ctx.Process(target=w,args=(results,)); p.start(); p.join(); print(len(results.get()))
