# finds: event-unset certain
# says: done (Event-1), cleared it again

import multiprocessing as mp
import time


def worker(done):
    print("worker: finished quickly", flush=True)
    done.set()


if __name__ == "__main__":
    done = mp.Event()
    p = mp.Process(target=worker, args=(done,))
    p.start()
    time.sleep(0.5)                 # bookkeeping in the parent
    done.clear()                    # wipes out the signal
    print("parent: waiting for the worker", flush=True)
    done.wait()                     # never returns
    print("parent: next round")
