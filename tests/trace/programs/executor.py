"""concurrent.futures: an executor's tasks are told, its own queues and locks are not."""
import multiprocessing
import os
import sys
from concurrent.futures import CancelledError, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from multiprocessing.pool import ThreadPool


gate = multiprocessing.Event()


def square(x):
    if x == 7:
        raise ValueError('seven')
    return x * x


def hidden(x):
    return lambda: x


def end(x):
    os._exit(x)


def blocked(x):
    return gate.wait()


def failure(future):
    try:
        return future.result()
    except Exception as error:
        return type(error), str(error).splitlines()[0][:40]


if __name__ == '__main__':
    with ProcessPoolExecutor(2) as executor:
        print(list(executor.map(square, range(5))), executor.submit(square, 9).result())
        print(list(executor.map(square, range(6), chunksize=4)))
        futures = [executor.submit(square, x) for x in range(6, 10)]
        print(sorted(future.exception() is None for future in as_completed(futures)), failure(futures[1]))
        print(len(wait(futures).done))
        if sys.version_info >= (3, 7):
            print(failure(executor.submit(hidden(1), 1)), failure(executor.submit(hidden, 1)))
        held = [executor.submit(blocked, 1) for _ in range(2)]
        many = [executor.submit(square, x) for x in range(100, 160)]
        print(many[-1].cancel(), many[-1].cancelled(), gate.set(), [future.result() for future in held], sum(future.result() for future in many[:-1]))
        try:
            many[-1].result()
        except CancelledError as error:
            print(repr(error))
        executor.submit(square, 3).add_done_callback(lambda future: print(future.result()))
    with ProcessPoolExecutor(1) as executor:
        print(failure(executor.submit(end, 3)))
        try:
            executor.submit(square, 1)
        except Exception as error:
            print(type(error).__name__)
    with ThreadPoolExecutor(2) as executor:
        print(list(executor.map(square, range(3))))
    with ThreadPool(2) as pool:
        print(pool.map(square, range(3)), pool.apply(square, (4,)))
