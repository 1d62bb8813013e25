"""A result that is asked for too early: TimeoutError is expected, the second question answered."""
import multiprocessing as mp
import time


def slow():
    time.sleep(0.2)
    return "there"


if __name__ == "__main__":
    with mp.Pool(1) as pool:
        result = pool.apply_async(slow)
        try:
            result.get(timeout=0.01)
        except mp.TimeoutError:
            print("not yet")
        print(result.get())
