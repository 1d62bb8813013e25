# Claim: when a process ends, the locks it holds are free again.
# Nobody releases them: a process killed between acquire and release leaves the lock locked.
import multiprocessing
import os
import signal
import sys
import time

mp = multiprocessing.get_context('fork')


def foo(lock, holds):
    lock.acquire()
    holds.set()
    time.sleep(30)


def left_locked(lock):
    holds = mp.Event()
    p = mp.Process(target=foo, args=(lock, holds))
    p.start()
    holds.wait(10)
    os.kill(p.pid, signal.SIGKILL)
    p.join()
    return not lock.acquire(timeout=0.5)


def main():
    left = [left_locked(kind()) for kind in (mp.Lock, mp.RLock)]
    print('still locked after the holder was killed: Lock %s, RLock %s' % tuple(left))
    return all(left)


if __name__ == '__main__':
    if main():
        print('verdict: a lock stays locked when its holder is killed')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
