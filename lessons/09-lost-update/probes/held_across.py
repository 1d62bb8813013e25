# Claim: with the lock held from the read to the write no update is lost.
# A child holds the lock between its read and its write; another one tries to get in there.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
TIMES = 2000


def add(counter, lock):
    for _ in range(TIMES):
        with lock:
            counter.value += 1


def can_get_in(lock, told):
    told.put(lock.acquire(timeout=0.2))


def main():
    counter = mp.Value('i', 0)
    told = mp.SimpleQueue()
    with counter.get_lock():
        before = counter.value
        other = mp.Process(target=can_get_in, args=(counter.get_lock(), told))
        other.start()
        got_in = told.get()
        other.join()
        counter.value = before
    children = [mp.Process(target=add, args=(counter, counter.get_lock())) for _ in range(3)]
    for p in children:
        p.start()
    for p in children:
        p.join()
    print('another process got in between: %s; %d of %d updates count'
          % (got_in, counter.value, 3 * TIMES))
    return not got_in and counter.value == 3 * TIMES


if __name__ == '__main__':
    if main():
        print('verdict: with the lock held across both, every update counts')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
