"""Two pools side by side."""
from multiprocessing import Pool


def inc(n):
    return n + 1


def dec(n):
    return n - 1


if __name__ == "__main__":
    with Pool(1) as up, Pool(1) as down:
        a, b = up.map_async(inc, range(3)), down.map_async(dec, range(3))
        print(a.get(), b.get())
