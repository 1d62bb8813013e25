# Claim: join() waits until all the children have ended.
import multiprocessing
import sys
import time

mp = multiprocessing.get_context('fork')


def func():
    time.sleep(0.2)


def main():
    pool = mp.Pool(processes=3)
    workers = list(pool._pool)
    results = [pool.apply_async(func) for _ in range(6)]
    pool.close()
    pool.join()
    ready = sum(result.ready() for result in results)
    exitcodes = [p.exitcode for p in workers]
    print('tasks done when join() returned: %d of 6, exit codes of the workers: %s'
          % (ready, exitcodes))
    return ready == 6 and exitcodes == [0, 0, 0]


if __name__ == '__main__':
    if main():
        print('verdict: all tasks done, all workers ended with 0')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
