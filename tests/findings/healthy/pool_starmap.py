"""starmap and starmap_async."""
from multiprocessing import Pool


def power(a, b):
    return a ** b


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.starmap(power, [(2, 3), (3, 2)]))
        print(pool.starmap_async(power, [(2, 5)]).get())
