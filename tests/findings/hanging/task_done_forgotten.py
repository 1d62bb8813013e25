# finds: task-done-missing certain
# says: q (JoinableQueue-1), owes 1

import multiprocessing as mp
def w(q):
    while True:
        x=q.get()
        if x==2: continue
        q.task_done()
if __name__=="__main__":
    q=mp.JoinableQueue()
    mp.Process(target=w,args=(q,),daemon=True).start()
    for i in range(4): q.put(i)
    q.join()
