# Pool, blocking: apply() comes back only when its task is done.
from multiprocessing import Pool
from time import sleep

PROCESSES = 3
TASKS = 4
ROUNDS = 3
SLEEP = 1
MISUSE = 'none'  # join-before-close, submit-after-close,
#                  successful-before-ready, terminate-with-work-left


def func(msg):
    for _ in range(ROUNDS):
        print('msg:', msg)
        sleep(SLEEP)
    print('end')


def attempt(call, *args):
    # Do it; a refusal is printed instead of ending the program.
    try:
        return call(*args)
    except (ValueError, AssertionError) as error:
        print('%s: %s' % (type(error).__name__, error))


def main():
    pool = Pool(processes=PROCESSES)
    for i in range(TASKS):
        msg = 'hello %s' % i
        pool.apply(func, (msg,))

    if MISUSE == 'successful-before-ready':
        result = pool.apply_async(func, ('hello late',))
        attempt(result.successful)
    if MISUSE == 'join-before-close':
        attempt(pool.join)
    if MISUSE == 'terminate-with-work-left':
        pool.apply_async(func, ('hello late',))
        pool.terminate()
    else:
        pool.close()
    if MISUSE == 'submit-after-close':
        attempt(pool.apply, func, ('hello late',))
    pool.join()
    print('successful')


if __name__ == '__main__':
    main()
