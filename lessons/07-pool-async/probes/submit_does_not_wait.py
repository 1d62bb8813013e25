# Claim: if no process of the pool is free, the program waits until there is one.
# apply_async() does not wait: 300 tasks are handed in while the three workers are held up and not
# one task is done. The queue of the pool has no bound.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
go_on = mp.Event()


def f(x):
    go_on.wait()
    return x


def main():
    pool = mp.Pool(processes=3)
    results = [pool.apply_async(f, (x,)) for x in range(300)]
    ready = sum(result.ready() for result in results)
    print('tasks handed in: %d, done by then: %d' % (len(results), ready))
    go_on.set()
    values = [result.get(20) for result in results]
    pool.close()
    pool.join()
    return ready == 0 and values == list(range(300))


if __name__ == '__main__':
    if main():
        print('verdict: apply_async() never waits for a free worker')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
