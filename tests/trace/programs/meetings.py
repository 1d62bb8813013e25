"""Event, Condition, Barrier, Semaphore: `meetings.py METHOD`."""
import sys
import multiprocessing as mp


def wait_for_it(event, condition, ready, barrier, semaphore):
    event.wait()
    with condition:
        while not ready.value:
            condition.wait()
    barrier.wait()
    with semaphore:
        pass
    with condition:
        ready.value += 1
        condition.notify_all()


def announce():
    print('all there', flush=True)


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    event, condition, ready = mp.Event(), mp.Condition(), mp.Value('i', 0)
    barrier, semaphore = mp.Barrier(4), mp.BoundedSemaphore(2)
    shared = (event, condition, ready, barrier, semaphore)
    children = [mp.Process(target=wait_for_it, args=shared) for _ in range(3)]
    for child in children:
        child.start()
    print(event.is_set(), event.wait(0.01))
    event.set()
    with condition:
        ready.value = 1
        condition.notify_all()
    print(barrier.wait() in range(4))
    with condition:
        print(condition.wait_for(lambda: ready.value == 4, 30))
        print(condition.wait(0.01))
    for child in children:
        child.join()
    print([child.exitcode for child in children])
    alone = mp.Barrier(1, announce)
    print(alone.wait())
    alone.abort()
    for wrong in (alone.wait, semaphore.release, condition.notify, condition.wait,
                  mp.RLock().release, mp.Lock().release):
        try:
            wrong()
        except Exception as error:
            print(type(error).__name__, error)
    lock = mp.Lock()
    print(lock.acquire(timeout=0.01), lock.acquire(False), lock.acquire(True, 0.01))
