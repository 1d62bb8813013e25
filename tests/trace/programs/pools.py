"""Every way to hand work to a pool: `pools.py METHOD`."""
import sys
import multiprocessing as mp


def square(x):
    return x * x


def add(a, b=0):
    return a + b


def fail(x):
    raise ValueError('no %s' % x)


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    pool = mp.Pool(3)
    print(pool.apply(square, (3,)), pool.apply(add, (1,), {'b': 2}))
    print(pool.map(square, range(20)), pool.starmap(add, [(1, 2), (3, 4)], 1))
    print(pool.map(square, []))
    print(list(pool.imap(square, iter(range(5)))), list(pool.imap(square, range(7), 3)))
    print(sorted(pool.imap_unordered(square, [1, 2, 3])))
    result = pool.apply_async(fail, (7,))
    result.wait()
    print(result.ready(), result.successful())
    try:
        result.get(5)
    except ValueError as error:
        print(error, type(error.__cause__).__name__)
    print(pool.map_async(square, (i for i in range(4))).get(timeout=20))
    import threading
    sums = []

    def submit():
        for n in range(30):
            sums.append(pool.apply_async(square, (n,)).get() + sum(pool.imap(square, [n])))
            sums.append(sum(pool.imap(square, [])) + sum(pool.map(square, [])))
    threads = [threading.Thread(target=submit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(sums))
    pool.close()
    try:
        pool.apply_async(square, (1,))
    except ValueError as error:
        print(error)
    pool.join()
    with mp.Pool(2) as other:
        print(other.map(square, [5]))
