"""Results by callback; errors by error_callback."""
from multiprocessing import Pool

good, bad = [], []


def half(n):
    if n % 2:
        raise ValueError(n)
    return n // 2


if __name__ == "__main__":
    pool = Pool(2)
    for n in range(6):
        pool.apply_async(half, (n,), callback=good.append, error_callback=bad.append)
    pool.close()
    pool.join()
    print(sorted(good), len(bad))
