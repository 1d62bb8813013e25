# Claim: "with Pool() as pool" closes the pool at its end.
# It terminates it: what is not done by then is never done.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
began, go_on = mp.Event(), mp.Event()


def func():
    began.set()
    go_on.wait()


def main():
    with mp.Pool(processes=1) as pool:
        worker = pool._pool[0]
        result = pool.apply_async(func)
        began.wait()
    pool.join()
    print('result ready: %s, exit code of the worker: %s' % (result.ready(), worker.exitcode))
    return not result.ready() and worker.exitcode == -15


if __name__ == '__main__':
    if main():
        print('verdict: with ends by terminate(), not by close()')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
