# Claim: a shared Array is safe, it has a lock.
# It takes its lock for one access at a time. Adding is a read and then a write, so another
# process can come in between, and its work is lost. Here it is made to come in between.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


class CountingLock:
    def __init__(self):
        self.lock, self.taken = mp.RLock(), 0

    def acquire(self, *args):
        self.taken += 1
        return self.lock.acquire(*args)

    def release(self):
        self.lock.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *args):
        self.release()


def times_locked(action):
    lock = CountingLock()
    array = mp.Array('i', [11, 22, 33, 44, 55], lock=lock)
    action(array)
    return lock.taken


def add(array):
    array[0] += 1


def add_one(array):
    with array.get_lock():
        array[0] += 1


def let_another_add(array, wait):
    """Start a process that adds one, and come back with the number to add ourselves."""
    p = mp.Process(target=add_one, args=(array,))
    p.start()
    p.join(wait)
    let_another_add.process = p
    return 1


def add_together(locked):
    array = mp.Array('i', [0])
    if locked:
        with array.get_lock():  # the other one has to wait until we are done
            array[0] = array[0] + let_another_add(array, 0.3)
    else:
        array[0] = array[0] + let_another_add(array, None)
    let_another_add.process.join()
    return array[0]


def main():
    counts = [times_locked(lambda a: a[0]), times_locked(add), times_locked(list),
              times_locked(lambda a: a[:])]
    print('lock taken: read one cell %d, += %d, iterate over five %d, slice %d' % tuple(counts))
    bare, locked = add_together(False), add_together(True)
    print('1 + 1 by two processes: %d, with get_lock() held: %d' % (bare, locked))
    return counts[:2] == [1, 2] and counts[3] == 1 and (bare, locked) == (1, 2)


if __name__ == '__main__':
    if main():
        print('verdict: one access is safe, += is two, and an update can be lost')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
