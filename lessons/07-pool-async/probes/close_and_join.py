# Claim: close() waits until the workers are done.
# close() only shuts the door: it comes back with the tasks undone, and later ones are refused.
# It is join() that waits.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
go_on = mp.Event()


def f():
    go_on.wait()


def main():
    pool = mp.Pool(processes=3)
    results = [pool.apply_async(f) for _ in range(6)]
    pool.close()
    after_close = sum(result.ready() for result in results)
    try:
        pool.apply_async(f)
        refusal = 'accepted'
    except ValueError as error:
        refusal = 'ValueError: %s' % error
    go_on.set()
    pool.join()
    after_join = sum(result.ready() for result in results)
    print('ready when close() had returned: %d of 6' % after_close)
    print('submitted after close(): %s' % refusal)
    print('ready when join() had returned: %d of 6' % after_join)
    return (after_close, refusal, after_join) == (0, 'ValueError: Pool not running', 6)


if __name__ == '__main__':
    if main():
        print('verdict: close() shuts the door and returns, join() waits')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
