# Claim: the signature is apply_async(func[, args[, kwds[, callback]]]).
# There is a fifth argument, error_callback: called instead of callback when the task has failed.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def f(x):
    if x < 0:
        raise ValueError('below zero')
    return x


def main():
    good, bad = [], []
    pool = mp.Pool(processes=2)
    for x in (1, -1):
        pool.apply_async(f, (x,), {}, good.append, bad.append)
    pool.close()
    pool.join()
    print('callback got %s, error_callback got %r' % (good, bad))
    return good == [1] and [str(error) for error in bad] == ['below zero']


if __name__ == '__main__':
    if main():
        print('verdict: error_callback is the fifth argument')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
