# finds: queue-not-drained certain
# says: log (Queue-1), MainProcess

import multiprocessing as mp

if __name__ == "__main__":
    log = mp.Queue()
    for n in range(200):
        log.put("event %03d " % n + "." * 1000)
    print("main program is finished", flush=True)
