"""A cache that each worker fills for itself: copies are what is wanted."""
from functools import lru_cache
from multiprocessing import Pool

cache = {}


@lru_cache(None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def look(n):
    if n not in cache:
        cache[n] = fib(n)
    return cache[n]


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(look, [10, 12, 10]))
