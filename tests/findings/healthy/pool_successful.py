"""Results are waited for and asked whether they are good."""
from multiprocessing import Pool


def check(n):
    return 10 // n


if __name__ == "__main__":
    with Pool(2) as pool:
        results = [pool.apply_async(check, (n,)) for n in (0, 1, 2)]
        for r in results:
            r.wait()
        print([r.successful() for r in results])
