"""Lines that a lock keeps together; an RLock taken twice."""
from multiprocessing import Process, Lock, RLock


def work(lock, again, n):
    with again:
        with again:
            with lock:
                print("block", n, "begins", flush=True)
                print("block", n, "ends", flush=True)


if __name__ == "__main__":
    lock, again = Lock(), RLock()
    crew = [Process(target=work, args=(lock, again, n)) for n in range(3)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
