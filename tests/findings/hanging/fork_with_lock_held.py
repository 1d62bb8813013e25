# finds: forked-lock certain
# says: ForkProcess-1, cache_lock, refresher

import multiprocessing as mp
import threading
import time

cache_lock = threading.Lock()


def refresher():
    while True:
        with cache_lock:
            time.sleep(0.2)         # holds the lock nearly all the time


def worker():
    print("child: wants the cache lock", flush=True)
    with cache_lock:
        print("child: has the cache lock", flush=True)


if __name__ == "__main__":
    threading.Thread(target=refresher, daemon=True).start()
    time.sleep(0.1)
    p = mp.get_context("fork").Process(target=worker)
    p.start()
    p.join()                        # never returns
    print("done")
