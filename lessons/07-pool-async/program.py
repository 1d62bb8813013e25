# Pool, not blocking: submit all tasks at once; workers take them.
from multiprocessing import Pool
from time import sleep

PROCESSES = 3
TASKS = 9
ROUNDS = 3
SLEEP = 1
MISUSE = 'none'  # join-before-close, submit-after-close,
#                  successful-before-ready, terminate-with-work-left


def f(x):
    for i in range(ROUNDS):
        print('%s---------->%s' % (i, x))
        sleep(SLEEP)


def attempt(call, *args):
    # Do it; a refusal is printed instead of ending the program.
    try:
        return call(*args)
    except (ValueError, AssertionError) as error:
        print('%s: %s' % (type(error).__name__, error))


def main():
    pool = Pool(processes=PROCESSES)
    results = []
    for i in range(11, 11 + TASKS):
        results.append(pool.apply_async(f, (i,)))
    result = results[-1]  # the tutorial asks the last one only

    if MISUSE == 'successful-before-ready':
        attempt(result.successful)
    if MISUSE == 'join-before-close':
        attempt(pool.join)
    if MISUSE == 'terminate-with-work-left':
        results[0].wait()
        pool.terminate()
    else:
        pool.close()
    if MISUSE == 'submit-after-close':
        attempt(pool.apply_async, f, (99,))
    pool.join()
    if attempt(result.successful):
        print('successful')


if __name__ == '__main__':
    main()
