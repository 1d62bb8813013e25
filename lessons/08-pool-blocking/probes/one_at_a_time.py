# Claim: the pool keeps three processes running the tasks.
# apply() waits for its task before the next is handed in, so one process works and two wait. A pool
# of one would be as fast.
import multiprocessing
import os
import sys
import time

mp = multiprocessing.get_context('fork')
TASKS, SECONDS = 6, 0.1


def func():
    begin = time.monotonic()
    time.sleep(SECONDS)
    return os.getpid(), begin, time.monotonic()


def run(processes):
    pool = mp.Pool(processes)
    begin = time.monotonic()
    runs = [pool.apply(func) for _ in range(TASKS)]
    spent = time.monotonic() - begin
    pool.close()
    pool.join()
    most = max(sum(b <= r[1] < e for _, b, e in runs) for r in runs)
    print('pool of %d: %d tasks of %.1f s took %.2f s, at once at most %d, processes used %d'
          % (processes, TASKS, SECONDS, spent, most, len(set(r[0] for r in runs))))
    return most, spent


def main():
    three, one = run(3), run(1)
    return three[0] == one[0] == 1 and three[1] >= TASKS * SECONDS


if __name__ == '__main__':
    if main():
        print('verdict: one task at a time, a pool of one would do')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
