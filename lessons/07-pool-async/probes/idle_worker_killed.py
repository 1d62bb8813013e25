# Claim: killing an idle worker loses nothing.
# One idle worker waits at the pipe with the lock of the task queue in its hand. Killed there, it
# leaves the lock locked: its successor waits, and the pool is stuck for good.
import multiprocessing
import os
import signal
import sys
import time

mp = multiprocessing.get_context('fork')


def f():
    return 'done'


def try_in_a_pool():
    os.setpgid(0, 0)  # a group of its own: what is left of the pool has to be killed from outside
    signal.alarm(20)
    pool = mp.Pool(processes=1)
    pool.apply_async(f).get(20)
    worker = pool._pool[0]
    lock = pool._inqueue._rlock
    deadline = time.monotonic() + 5
    while lock._semlock._get_value() != 0 and time.monotonic() < deadline:
        time.sleep(0.01)  # until it waits for the next task
    os.kill(worker.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while worker in pool._pool and time.monotonic() < deadline:
        time.sleep(0.05)  # until the pool has replaced it
    try:
        answer = pool.apply_async(f).get(1)
    except multiprocessing.TimeoutError:
        answer = 'TimeoutError'
    print('worker replaced: %s, the next task: %s' % (worker not in pool._pool, answer))
    sys.stdout.flush()
    os._exit(0 if worker not in pool._pool and answer == 'TimeoutError' else 1)


def main():
    trial = mp.Process(target=try_in_a_pool)
    trial.start()
    trial.join()
    try:
        os.killpg(trial.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    trial.join()
    return trial.exitcode == 0


if __name__ == '__main__':
    if main():
        print('verdict: an idle worker killed at the task pipe wedges the pool')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
