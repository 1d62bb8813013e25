"""The user has seen enough: terminate() ends workers in their tasks."""
import multiprocessing as mp
import time


def forever(n):
    while True:
        time.sleep(0.05)


if __name__ == "__main__":
    pool = mp.Pool(2)
    pool.map_async(forever, range(4))
    time.sleep(0.1)
    pool.terminate()
    pool.join()
    print("stopped")
