"""add_done_callback and a cancelled future."""
from concurrent.futures import ProcessPoolExecutor
import time


def nap(n):
    time.sleep(n)
    return n


if __name__ == "__main__":
    heard = []
    with ProcessPoolExecutor(1) as ex:
        first = ex.submit(nap, 0.05)
        first.add_done_callback(lambda f: heard.append(f.result()))
        rest = [ex.submit(nap, 0) for _ in range(6)]
        rest[-1].cancel()
    print(heard, sum(f.cancelled() for f in rest) <= 1)
