# Claim: Lock would have done as well as RLock.
# In this program yes, each process acquires once. Twice in the same process is where they part:
# an RLock counts, a Lock waits for itself for ever. And any process may release a Lock.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def acquire_twice(lock, pipe):
    lock.acquire()
    pipe.send(lock.acquire(timeout=0.3))


def release(lock, pipe):
    try:
        lock.release()
        pipe.send('released')
    except AssertionError as error:
        pipe.send('AssertionError: %s' % error)


def in_a_child(target, lock):
    near, far = mp.Pipe()
    p = mp.Process(target=target, args=(lock, far))
    p.start()
    answer = near.recv()
    p.join()
    return answer


def main():
    twice = [in_a_child(acquire_twice, kind()) for kind in (mp.Lock, mp.RLock)]
    print('acquired a second time by its holder: Lock %s, RLock %s' % tuple(twice))
    foreign = []
    for kind in (mp.Lock, mp.RLock):
        lock = kind()
        lock.acquire()
        foreign.append(in_a_child(release, lock))
    print('released by another process: Lock %s, RLock %s' % tuple(foreign))
    return (twice == [False, True] and foreign[0] == 'released'
            and foreign[1] == 'AssertionError: attempt to release recursive lock not owned by thread')


if __name__ == '__main__':
    if main():
        print('verdict: only RLock can be acquired again, only Lock released by another')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
