# Claim: join() must be used after close() or terminate().
# True; how it refuses depends on the version.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def main():
    pool = mp.Pool(processes=3)
    try:
        pool.join()
        refusal = 'accepted'
    except (AssertionError, ValueError) as error:
        refusal = '%s: %s' % (type(error).__name__, error)
    pool.close()
    pool.join()
    print('join() on a running pool: %s' % refusal)
    if sys.version_info < (3, 7):
        return refusal == 'AssertionError: '
    return refusal == 'ValueError: Pool is still running'


if __name__ == '__main__':
    if main():
        print('verdict: refused, by AssertionError up to 3.6, by ValueError since 3.7')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
