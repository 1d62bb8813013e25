# Claim: the Array has a lock of its own, so the other lock is superfluous.
# The array's lock covers one access. Between writing element 0 and printing it another process can
# write; it is made to here. The outer lock keeps write and print together.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def write(lock, temp, i):
    if lock:
        lock.acquire()
    temp[0] = 100 + i
    if lock:
        lock.release()


def what_it_prints(lock):
    """Process 1 writes; process 2 tries to write before process 1 has read its own value."""
    temp = mp.Array('i', [11, 22, 33, 44])
    if lock:
        lock.acquire()
    temp[0] = 101
    other = mp.Process(target=write, args=(lock, temp, 2))
    other.start()
    other.join(0.3 if lock else None)
    shown = temp[0]
    if lock:
        lock.release()
    other.join()
    return shown


def main():
    without, with_lock = what_it_prints(None), what_it_prints(mp.RLock())
    print('1 writes 101, 2 writes 102; 1 then reads %d, with the lock %d' % (without, with_lock))
    return (without, with_lock) == (102, 101)


if __name__ == '__main__':
    if main():
        print('verdict: the array\'s own lock covers one access only')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
