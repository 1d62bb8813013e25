# finds: result-thread-died certain
# says: AttributeError, error_callback_raises.py:1
import multiprocessing as mp


def convert(n):
    return 10 // n


def failed(error):
    print("failed:", error.message)


if __name__ == "__main__":
    pool = mp.Pool(2)
    for n in (0, 1, 2):
        pool.starmap_async(convert, [(n,)], error_callback=failed)
    pool.close()
    pool.join()
