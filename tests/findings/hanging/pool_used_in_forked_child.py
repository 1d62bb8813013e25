# finds: pool-stands certain
# says: pool (Pool-1), a copy, exist only in MainProcess
import multiprocessing as mp

pool = None


def square(n):
    return n * n


def report(numbers):
    print(sum(pool.map(square, numbers)))


if __name__ == "__main__":
    pool = mp.get_context("fork").Pool(2)
    print(pool.map(square, [1, 2]))
    p = mp.get_context("fork").Process(target=report, args=([1, 2, 3],))
    p.start()
    p.join()
