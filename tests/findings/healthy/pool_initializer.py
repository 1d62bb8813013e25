"""An initializer gives each worker its own state."""
from multiprocessing import Pool

base = None


def prepare(value):
    global base
    base = value


def add(n):
    return base + n


if __name__ == "__main__":
    with Pool(2, prepare, (100,)) as pool:
        print(pool.map(add, range(4)))
