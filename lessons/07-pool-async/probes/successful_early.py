# Claim: successful() raises AssertionError while the task is not done.
# So it was up to Python 3.6.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
go_on = mp.Event()


def f():
    go_on.wait()


def main():
    pool = mp.Pool(processes=1)
    result = pool.apply_async(f)
    try:
        refusal = 'returned %s' % result.successful()
    except (AssertionError, ValueError) as error:
        refusal = '%s: %s' % (type(error).__name__, error)
    go_on.set()
    pool.close()
    pool.join()
    print('successful() too early: %s' % refusal)
    if sys.version_info < (3, 7):
        return refusal == 'AssertionError: '
    return (refusal.startswith('ValueError: <multiprocessing.pool.ApplyResult object at 0x')
            and refusal.endswith('> not ready'))


if __name__ == '__main__':
    if main():
        print('verdict: AssertionError up to 3.6, ValueError since 3.7')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
