"""Objects in a manager's server: `managers.py METHOD`."""
import sys
import time
import multiprocessing as mp


def work(shared, items, names, number, lock, event, who):
    event.wait()
    for n in range(60):
        shared['same'] = who, n
        shared['same']
    with lock:
        time.sleep(0.01)
    shared[who] = who * 10
    items.append(who)
    names.last = who
    number.value += 0
    if who in shared:
        shared.update({'w%s' % who: [who]})


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    with mp.Manager() as manager:
        shared, items = manager.dict({'a': 1}, b=2), manager.list([7, 8])
        names, number = manager.Namespace(first=1), manager.Value('i', 5)
        cells, queue = manager.Array('i', [1, 2, 3]), manager.Queue()
        lock, event, semaphore = manager.Lock(), manager.Event(), manager.Semaphore(2)
        children = []
        for who in range(3):
            child = mp.Process(target=work, args=(shared, items, names, number, lock, event, who))
            child.start()
            children.append(child)
            if not event.is_set():
                time.sleep(0.05)
                with semaphore:
                    event.set()
            child.join()
        spare = manager.list()
        children = [mp.Process(target=work, args=(shared, spare, names, number, lock, event, 2))
                    for _ in range(3)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        try:
            lock.release()
        except (RuntimeError, ValueError) as error:
            print(type(error).__name__, error)
        print(lock.acquire(), lock.acquire(False), lock.acquire(True, 0.01))
        print(sorted(map(str, shared.items())), items[:], names.last, names.first, number.value)
        print(shared, len(shared), 'a' in shared, shared.get('zz'), shared.pop('a'), sorted(
            map(str, shared.keys())), shared.setdefault('q', 3), items.pop(), items.index(8))
        items.sort(reverse=True)
        items.extend([1])
        items[0] = 99
        del items[1]
        cells[1] = 9
        queue.put('hello')
        print(items[0], len(items), cells[:], cells[1], queue.get())
        shared['nested'] = items
        print(shared['nested'][0])
        try:
            shared['missing']
        except KeyError as error:
            print('KeyError', error)
        shared.clear()
        print(dict(shared))
