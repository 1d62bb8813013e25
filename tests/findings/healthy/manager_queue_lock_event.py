"""A manager's Queue, Lock, Event and Semaphore."""
from multiprocessing import Process, Manager


def work(box, lock, go):
    go.wait()
    with lock:
        box.put("done")


if __name__ == "__main__":
    with Manager() as manager:
        box, lock, go = manager.Queue(), manager.Lock(), manager.Event()
        crew = [Process(target=work, args=(box, lock, go)) for _ in range(2)]
        for one in crew:
            one.start()
        go.set()
        print(box.get(), box.get())
        for one in crew:
            one.join()
