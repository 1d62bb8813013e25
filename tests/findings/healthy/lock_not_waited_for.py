"""A lock that is tried and not waited for."""
from multiprocessing import Process, Lock


def attempt(lock, out):
    out.put(lock.acquire(timeout=0.05))


if __name__ == "__main__":
    from multiprocessing import SimpleQueue
    lock, out = Lock(), SimpleQueue()
    with lock:
        p = Process(target=attempt, args=(lock, out))
        p.start()
        p.join()
    print(out.get())
