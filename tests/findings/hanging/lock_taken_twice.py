# finds: lock-circle certain
# says: which it already holds itself

import multiprocessing as mp
lock=mp.Lock()
def inner():
    with lock: print("inner")
def outer():
    with lock: inner()
if __name__=="__main__":
    p=mp.Process(target=outer); p.start(); p.join()
