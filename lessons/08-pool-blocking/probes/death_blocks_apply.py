# Claim: apply() always comes back.
# It waits for a result. When the worker dies in the task there will be none, and apply() waits for
# ever, although the pool has a new worker by then.
import multiprocessing
import os
import sys
import threading
import time

mp = multiprocessing.get_context('fork')


def func(how):
    if how == 'die':
        os._exit(3)
    return os.getpid()


def main():
    pool = mp.Pool(processes=1)
    first = pool.apply(func, ('live',))
    caller = threading.Thread(target=pool.apply, args=(func, ('die',)))
    caller.daemon = True
    caller.start()
    deadline = time.monotonic() + 5
    while first in [p.pid for p in pool._pool] and time.monotonic() < deadline:
        time.sleep(0.02)  # until the dead worker is replaced
    second = pool.apply(func, ('live',))
    caller.join(0.5)
    blocked = caller.is_alive()
    pool.terminate()
    pool.join()
    print('a new worker does the next task: %s; apply() still waits for the lost one: %s'
          % (second != first, blocked))
    return second != first and blocked


if __name__ == '__main__':
    if main():
        print('verdict: the worker is replaced, apply() waits for ever')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
