"""concurrent.futures: its queues and locks are its own, its processes are processes."""
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool


def square(x):
    return x * x


if __name__ == '__main__':
    with ProcessPoolExecutor(2) as executor:
        print(list(executor.map(square, range(5))), executor.submit(square, 9).result())
    with ThreadPoolExecutor(2) as executor:
        print(list(executor.map(square, range(3))))
    with ThreadPool(2) as pool:
        print(pool.map(square, range(3)), pool.apply(square, (4,)))
