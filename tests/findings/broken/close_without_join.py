# finds: tasks-thrown-away likely
# says: close() without join()
import multiprocessing as mp
import time


def upload(n):
    time.sleep(0.3)


if __name__ == "__main__":
    pool = mp.Pool(2)
    for n in range(5):
        pool.apply_async(upload, (n,))
    pool.close()
    print("uploads are under way")
