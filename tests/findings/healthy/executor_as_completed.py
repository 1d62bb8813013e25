"""Futures as they complete; one raises and is caught."""
from concurrent.futures import ProcessPoolExecutor, as_completed


def root(n):
    if n < 0:
        raise ValueError("negative")
    return n ** 0.5


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as ex:
        futures = {ex.submit(root, n): n for n in (4, 9, -1)}
        seen = []
        for f in as_completed(futures):
            try:
                seen.append(f.result())
            except ValueError:
                seen.append(-1)
    print(sorted(seen))
