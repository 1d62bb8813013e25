# finds: event-unset certain
# says: Process-1

import multiprocessing as mp, threading
def f():
    threading.Thread(target=threading.Event().wait).start()
if __name__=="__main__":
    p=mp.Process(target=f); p.start(); p.join()
