# Claim: a Value has its own lock, so `counter.value += 1` is safe.
# += takes that lock once to read and once to write. In between it is free: a child adds 1 there, and
# what it wrote is lost.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def add(counter):
    counter.value += 1


class Watched:
    """The lock of a Value. Before it is taken for the second time, another process goes."""

    def __init__(self):
        self.lock, self.taken, self.meanwhile = mp.RLock(), 0, None

    def acquire(self):
        self.taken += 1
        if self.taken == 2 and self.meanwhile:
            self.meanwhile()
        return self.lock.acquire()

    def release(self):
        self.lock.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *args):
        self.release()


def main():
    watched = Watched()
    counter = mp.Value('i', 0, lock=watched)

    def a_child_adds():
        # The child takes the lock as often: it must not start children of its own.
        watched.meanwhile = None
        child = mp.Process(target=add, args=(counter,))
        child.start()
        child.join()
        assert child.exitcode == 0

    watched.meanwhile = a_child_adds
    counter.value += 1
    found = (watched.taken, counter.get_obj().value)
    print('one += takes the lock %d times; after two of them the number is %d' % found)
    return found == (2, 1)


if __name__ == '__main__':
    if main():
        print('verdict: += takes the lock twice, an update in between is lost')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
