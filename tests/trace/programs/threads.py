"""Threads of one process at the same locks and queues: `threads.py METHOD`."""
import sys
import threading
import multiprocessing as mp


def work(lock, rlock, queue, rounds):
    for n in range(rounds):
        with lock:
            pass
        with rlock, rlock:
            pass
        queue.put(n)
        queue.get()


def process(lock, rlock, queue):
    threads = [threading.Thread(target=work, args=(lock, rlock, queue, 20)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    shared = mp.Lock(), mp.RLock(), mp.Queue()
    child = mp.Process(target=process, args=shared)
    child.start()
    process(*shared)
    child.join()
    print(child.exitcode)
