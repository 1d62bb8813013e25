# Claim: after close() no new process joins the pool.
# It takes no new TASKS; as long as there is work it may well start processes. Here each worker may
# do one task only.
import multiprocessing
import os
import sys

mp = multiprocessing.get_context('fork')
go_on = mp.Event()


def func():
    go_on.wait()
    return os.getpid()


def main():
    pool = mp.Pool(processes=2, maxtasksperchild=1)
    results = [pool.apply_async(func) for _ in range(6)]
    members = set(p.pid for p in pool._pool)
    pool.close()
    go_on.set()
    pool.join()
    new = set(result.get(20) for result in results) - members
    print('6 tasks, 2 workers when close() was called, processes started later: %d' % len(new))
    return len(new) == 4


if __name__ == '__main__':
    if main():
        print('verdict: close() stops new tasks, not new processes')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
