# Claim: close() must be called before join(), otherwise there is an error.
# True, and terminate() will do as well; calling either twice is no error.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def main():
    pool = mp.Pool(processes=2)
    try:
        pool.join()
        refusal = 'accepted'
    except (AssertionError, ValueError) as error:
        refusal = type(error).__name__
    pool.close()
    pool.close()
    pool.join()
    pool.join()
    other = mp.Pool(processes=2)
    other.terminate()
    other.join()
    print('join() without close(): %s' % refusal)
    print('close() and join() twice, join() after terminate(): no error')
    return refusal == ('AssertionError' if sys.version_info < (3, 7) else 'ValueError')


if __name__ == '__main__':
    if main():
        print('verdict: close() or terminate() first')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
