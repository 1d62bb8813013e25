"""Ctrl-C at any moment of any operation: no traceback shows how the operation was followed."""
import multiprocessing as mp
import random
import signal
import sys
import time
import traceback


def interrupt(number, frame):
    raise KeyboardInterrupt


def work(kind):
    if kind == 0:
        array = mp.Array('i', 3)
        while True:
            array[1] += 1
    elif kind == 1:
        lock = mp.RLock()
        while True:
            with lock:
                pass
    elif kind == 2:
        semaphore = mp.Semaphore(3)
        while True:
            semaphore.acquire(True, 0.5)
            semaphore.release()
    elif kind == 3:
        lock = mp.Lock()
        lock.acquire()
        lock.acquire()
    elif kind == 4:
        mp.Event().wait()
    elif kind == 5:
        queue = mp.SimpleQueue()
        while True:
            queue.put(1)
            queue.get()
    elif kind == 6:
        mp.Queue().get()
    elif kind == 7:
        one, other = mp.Pipe()
        while True:
            one.send(1)
            other.recv()
    elif kind == 8:
        while True:
            time.sleep(0.001)
    else:
        condition = mp.Condition()
        with condition:
            condition.wait()


if __name__ == '__main__':
    random.seed(1)
    signal.signal(signal.SIGALRM, interrupt)
    shown = 0
    for turn in range(int(sys.argv[1])):
        kind = turn % 10
        try:
            try:
                # Again and again: where Python ignores an exception, in a finaliser, the first one is lost.
                signal.setitimer(signal.ITIMER_REAL, 0.002 + random.random() * 0.004, 0.5)
                work(kind)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            text = traceback.format_exc()
            if 'forklore' in text:
                print(kind, text)
            shown += 1
    print(shown)
