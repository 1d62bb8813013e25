"""Big arguments and work that is worth them."""
from multiprocessing import Pool


def total(numbers):
    return sum(n * n % 7 for n in numbers)


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(total, [list(range(n, n + 20000)) for n in range(4)], chunksize=1))
