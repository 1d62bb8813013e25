# Claim: terminate() ends the workers, unfinished tasks are left.
# And their results never come: who waits for one without a timeout waits for ever.
import multiprocessing
import sys
import time

mp = multiprocessing.get_context('fork')
started = mp.Semaphore(0)


def f(seconds):
    started.release()
    time.sleep(seconds)


def main():
    pool = mp.Pool(processes=3)
    results = [pool.apply_async(f, (seconds,)) for seconds in (0, 0, 0, 30, 30, 30, 0, 0, 0)]
    for _ in range(6):
        started.acquire()  # until three tasks are done and three have begun
    for result in results[:3]:
        result.wait(20)
    workers = list(pool._pool)
    pool.terminate()
    pool.join()
    exitcodes = [p.exitcode for p in workers]
    ready = [result.ready() for result in results]
    try:
        results[3].get(0.3)
        late = 'a result'
    except multiprocessing.TimeoutError:
        late = 'TimeoutError'
    print('exit codes of the workers: %s' % exitcodes)
    print('results that came: %d of 9; get(timeout=0.3) of another: %s' % (sum(ready), late))
    return exitcodes == [-15] * 3 and ready == [True] * 3 + [False] * 6 and late == 'TimeoutError'


if __name__ == '__main__':
    if main():
        print('verdict: terminated by signal 15, the other results never come')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
