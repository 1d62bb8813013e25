"""Queues, conditions and barriers in a manager's server: `remotes.py METHOD`."""
import queue
import sys
import threading
import multiprocessing as mp


def work(box, back, condition, barrier, ready, who):
    while True:
        item = box.get()
        box.task_done()
        if item is None:
            break
        back.put((who, item))
    barrier.wait()
    with condition:
        ready.append(who)
        condition.notify()


def tries(call):
    try:
        return call()
    except Exception as error:
        return type(error).__name__


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    with mp.Manager() as manager:
        box, back = manager.JoinableQueue(2), manager.Queue()
        condition, barrier, ready = manager.Condition(), manager.Barrier(3), manager.list()
        children = [mp.Process(target=work, args=(box, back, condition, barrier, ready, who)) for who in range(2)]
        for child in children:
            child.start()
        for n in range(20):
            box.put(n)
        for _ in children:
            box.put(None)
        box.join()
        print(sorted(back.get()[1] for _ in range(20)))
        print(box.qsize(), box.empty(), back.full(), tries(lambda: back.get(False)), tries(lambda: back.get(True, 0.01)),
              tries(back.get_nowait), tries(box.task_done), tries(lambda: back.get(timeout='x')))
        barrier.wait()
        with condition:
            condition.wait_for(lambda: len(ready) == 2)
        for child in children:
            child.join()
        print(sorted(ready), barrier.parties, barrier.n_waiting, barrier.broken)
        print(tries(lambda: barrier.wait(0.01)), barrier.reset(), barrier.abort(), tries(barrier.wait))
        back.put_nowait(1)
        back.put(item=2)
        print(back.get(), back.get(block=True))
        with condition:
            print(condition.wait(0.01), condition.notify_all())
