# finds: worker-died certain
# says: KeyError
# status: any
"""The initializer raises; the pool makes workers for ever, here for a second."""
import multiprocessing as mp
import os
import signal


def prepare():
    {}["missing"]


def work(n):
    return n


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.alarm(1)
    pool = mp.Pool(2, prepare)
    print(pool.map(work, [1, 2]))
