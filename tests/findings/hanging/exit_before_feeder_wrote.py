# finds: queue-waits certain
# says: answers (Queue-1), before its feeder thread

import multiprocessing as mp
import os
def w(q):
    q.put("x"*300000); os._exit(0)
if __name__=="__main__":
    answers=mp.Queue()
    p=mp.Process(target=w,args=(answers,)); p.start()
    print(answers.get())
