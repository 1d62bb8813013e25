# Lock: one process at a time may write the array and print it.
from multiprocessing import Array, Lock, Process, RLock

PROCESSES = 10
LOCK = 'RLock'  # or 'Lock', or 'none': then nobody waits
DEPTH = 1  # how many times each process acquires the lock
JOIN = False  # True: main stays until its children are done


def foo(lock, temp, i):
    if lock:
        for _ in range(DEPTH):
            lock.acquire()
    temp[0] = 100 + i
    for item in temp:
        print(i, '----->', item)
    if lock:
        for _ in range(DEPTH):
            lock.release()


if __name__ == '__main__':
    lock = None
    if LOCK == 'RLock':
        lock = RLock()
    elif LOCK == 'Lock':
        lock = Lock()
    temp = Array('i', [11, 22, 33, 44])
    children = []
    for i in range(PROCESSES):
        p = Process(target=foo, args=(lock, temp, i))
        p.start()
        children.append(p)
    if JOIN:
        for p in children:
            p.join()
