"""apply waits for each task."""
from multiprocessing import Pool


def add(a, b=1):
    return a + b


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.apply(add, (1,)), pool.apply(add, (1,), {"b": 5}))
