# Lost update: several processes add 1 to one shared number.
import time
from multiprocessing import Process, Value

PROCESSES = 2
TIMES = 1  # how often each process adds 1
LOCK = False  # True: the lock is held from the read to the write
SLEEP = 0.0  # seconds between the read and the write


def add(counter):
    for _ in range(TIMES):
        if LOCK:
            counter.get_lock().acquire()
        before = counter.value
        if SLEEP:
            time.sleep(SLEEP)
        counter.value = before + 1
        if LOCK:
            counter.get_lock().release()


if __name__ == '__main__':
    counter = Value('i', 0)
    children = []
    for i in range(PROCESSES):
        p = Process(target=add, args=(counter,))
        p.start()
        children.append(p)
    for p in children:
        p.join()
    print('counter', counter.value)
