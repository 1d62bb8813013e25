"""A thread of a child computes for a while and then sets what all wait for."""
import multiprocessing as mp
import threading
import time


def compute(event):
    end = time.monotonic() + 2
    while time.monotonic() < end:
        pass
    event.set()


def child(event):
    threading.Thread(target=compute, args=(event,), daemon=True).start()
    event.wait()


def main():
    event = mp.Event()
    worker = mp.Process(target=child, args=(event,))
    worker.start()
    event.wait()
    worker.join()
    print('woken')


if __name__ == '__main__':
    main()
