# Claim: a worker that has finished its task is replaced by a new process.
# It takes the next task itself. New processes come only with maxtasksperchild, or after a death.
import multiprocessing
import os
import sys
import time

mp = multiprocessing.get_context('fork')


def f(_):
    time.sleep(0.02)
    return os.getpid()


def processes_used(limit):
    pool = mp.Pool(processes=3, maxtasksperchild=limit)
    results = [pool.apply_async(f, (i,)) for i in range(9)]
    pids = [result.get(20) for result in results]
    pool.close()
    pool.join()
    return len(set(pids))


def main():
    usual, one = processes_used(None), processes_used(1)
    print('9 tasks, pool of 3: %d processes; with maxtasksperchild=1: %d' % (usual, one))
    return usual <= 3 and one == 9


if __name__ == '__main__':
    if main():
        print('verdict: workers are reused, replaced only with maxtasksperchild or when dead')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
