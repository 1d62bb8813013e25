# Claim: an exception in a task comes back through get().
# Mostly. One that pickles but can't be unpickled kills the thread in main that receives results:
# neither this result nor any later one comes.
import multiprocessing
import os
import signal
import sys

mp = multiprocessing.get_context('fork')


class TwoArguments(Exception):
    def __init__(self, what, where):
        super().__init__(what)
        self.where = where


def f(x):
    if x == 'bad':
        raise TwoArguments('no good', 'here')
    return x


def answer_of(result):
    try:
        return result.get(1)
    except multiprocessing.TimeoutError:
        return 'TimeoutError'


def try_in_a_pool():
    os.setpgid(0, 0)  # a group of its own: what is left of the pool has to be killed from outside
    signal.alarm(20)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # where the dying thread's traceback goes
    pool = mp.Pool(processes=2)
    before = answer_of(pool.apply_async(f, ('good',)))
    bad = answer_of(pool.apply_async(f, ('bad',)))
    after = answer_of(pool.apply_async(f, ('good',)))
    print('before: %s, the exception: %s, after: %s' % (before, bad, after))
    sys.stdout.flush()
    os._exit(0 if (before, bad, after) == ('good', 'TimeoutError', 'TimeoutError') else 1)


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
        print('verdict: an exception that cannot be unpickled stops all results')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
