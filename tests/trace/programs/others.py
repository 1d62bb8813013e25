"""A manager's pool, a thread executor, semaphores of threading, multiprocessing.dummy: `others.py METHOD`."""
import sys
import threading
import time
import multiprocessing as mp
import multiprocessing.dummy as dummy
from concurrent.futures import ThreadPoolExecutor

def square(x):
    time.sleep(0.01)
    return x * x

def bad(x):
    raise ValueError(x)

if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    with ThreadPoolExecutor(2) as threads:
        futures = [threads.submit(square, i) for i in range(4)]
        print([f.result() for f in futures])
        print(sorted(threads.map(square, range(3))))
        f = threads.submit(bad, 1)
        print(repr(f.exception()))
    sem = threading.Semaphore(2)
    bounded = threading.BoundedSemaphore(1)
    with sem, bounded:
        print(sem.acquire(timeout=0.01), sem.acquire(False))
    try:
        bounded.release()
    except ValueError as e:
        print(e)
    with mp.Manager() as manager:
        pool = manager.Pool(2)
        print(pool.apply(square, (3,)), pool.map(square, range(4)))
        r = pool.apply_async(square, (5,))
        print(r.get(), list(pool.imap(square, range(3))))
        try:
            pool.apply(bad, (2,))
        except ValueError as e:
            print('bad', e)
        cond, barrier, q = manager.Condition(), manager.Barrier(1), manager.Queue()
        with cond:
            cond.notify()
        barrier.wait(); q.put(1); print(q.get())
        pool.close(); pool.join()
    with dummy.Pool(2) as pool:
        print(pool.map(square, range(4)))
    lock = dummy.Lock(); q = dummy.Queue()
    def work():
        with lock:
            q.put('x')
    p = dummy.Process(target=work); p.start(); p.join(); print(q.get(), p.exitcode)
