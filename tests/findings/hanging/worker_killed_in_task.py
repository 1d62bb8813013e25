# finds: task-lost certain
# says: task 2 of, SIGKILL

import multiprocessing as mp
import os
import signal


def square(n):
    if n == 2:
        os.kill(os.getpid(), signal.SIGKILL)    # what the OOM killer does
    return n * n


if __name__ == "__main__":
    with mp.Pool(2) as pool:
        print("mapping ...", flush=True)
        print(pool.map(square, range(4), chunksize=1))
