# Claim: the pool looks after its workers: one that dies is replaced, so all is well.
# It is replaced and later tasks run, but the task it had is lost: its result never comes.
import multiprocessing
import os
import signal
import sys

mp = multiprocessing.get_context('fork')


def f(x):
    if x == 'die':
        os.kill(os.getpid(), signal.SIGKILL)
    return x, os.getpid()


def main():
    pool = mp.Pool(processes=2)
    before = set(p.pid for p in pool._pool)
    lost = pool.apply_async(f, ('die',))
    later = [pool.apply_async(f, (x,)).get(20) for x in range(20)]
    try:
        lost.get(1)
        answer = 'a result'
    except multiprocessing.TimeoutError:
        answer = 'TimeoutError'
    new = set(p.pid for p in pool._pool) - before
    pool.terminate()
    pool.join()
    print('later tasks done: %d of 20, new workers: %d, the lost one: %s'
          % (len(later), len(new), answer))
    return len(later) == 20 and len(new) == 1 and answer == 'TimeoutError'


if __name__ == '__main__':
    if main():
        print('verdict: the worker is replaced, its task never answers')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
