# Claim: result.successful() tells the state of the whole run.
# The variable holds the last task's result. Here the second of nine tasks fails, without a word.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def f(x):
    if x == 12:
        raise RuntimeError('task 12 failed')


def main():
    pool = mp.Pool(processes=3)
    results = []
    for i in range(11, 20):
        result = pool.apply_async(f, (i,))
        results.append(result)
    pool.close()
    pool.join()
    each = [r.successful() for r in results]
    print('the last result: successful() is %s' % result.successful())
    print('each of them: %s' % each)
    try:
        results[1].get()
        told = 'no error'
    except RuntimeError as error:
        told = 'RuntimeError: %s, from %s' % (error, type(error.__cause__).__name__)
    print('get() of the second: %s' % told)
    return (result.successful() and each == [True, False] + [True] * 7
            and told == 'RuntimeError: task 12 failed, from RemoteTraceback')


if __name__ == '__main__':
    if main():
        print('verdict: the last task only; an error is silent until somebody calls get()')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
