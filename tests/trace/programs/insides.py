"""Threads of a process and what they share; looks and behaviour are those of CPython's own."""
import copy
import os
import pickle
import queue
import threading
import weakref


def tries(call):
    try:
        return call()
    except BaseException as error:
        return type(error).__name__, str(error)


lock, rlock = threading.Lock(), threading.RLock()
for one in (lock, rlock):
    print(str(one)[:20], tries(lambda: pickle.dumps(one)), tries(lambda: copy.copy(one)), weakref.ref(one)() is one,
          type(one.acquire), callable(one.release), tries(lambda: one.nothing), tries(lambda: one.release()),
          tries(lambda: one.acquire(1, 'y')), tries(lambda: one.acquire(False, 1)), tries(lambda: one.acquire(timeout=-5)))
print(lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.01), lock.locked(), lock.release(), lock.locked())
print(isinstance(lock, type(threading.Lock())), isinstance(rlock, type(threading.RLock())), lock == lock, bool(lock))
with lock:
    print(str(lock)[:24])
with rlock, rlock:
    print(rlock._is_owned())
condition, event, box = threading.Condition(), threading.Event(), queue.Queue(2)
shared = threading.Condition(lock)
done = []


def work():
    event.wait()
    with condition:
        condition.wait_for(lambda: done)
    for n in range(5):
        box.put(n)
    with shared:
        shared.notify_all()


def fails():
    with lock:
        raise KeyError('inside')


thread = threading.Thread(target=work, name='worker')
thread.start()
event.set()
with condition:
    done.append(1)
    condition.notify()
print([box.get() for _ in range(5)], box.empty(), tries(lambda: box.get(False)), tries(lambda: box.get(timeout=0.01)))
thread.join()
for _ in range(5):
    box.task_done()
box.join()
print(tries(box.task_done), event.is_set(), event.wait(0), tries(condition.notify), tries(fails))
with shared:
    print(shared.wait(0.01))
print(lock.locked(), rlock.acquire(), rlock.release())
fails()
