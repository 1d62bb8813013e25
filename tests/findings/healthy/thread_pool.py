"""A ThreadPool: no processes at all."""
from multiprocessing.pool import ThreadPool


def size(text):
    return len(text)


if __name__ == "__main__":
    with ThreadPool(3) as pool:
        print(pool.map(size, ["a", "bb", "ccc"]))
        print(pool.apply_async(size, ("four",)).get())
