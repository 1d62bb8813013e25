# finds: event-unset certain
# says: ready (Event-1), KeyError

import multiprocessing as mp
def setup(e):
    {}["missing"]
    e.set()
if __name__=="__main__":
    ready=mp.Event()
    p=mp.Process(target=setup,args=(ready,)); p.start()
    ready.wait(); print("ready")
