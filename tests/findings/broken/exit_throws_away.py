# finds: tasks-thrown-away likely
# says: ended without close, render
"""Main ends without close() and join()."""
import multiprocessing as mp
import time


def render(n):
    time.sleep(0.3)


if __name__ == "__main__":
    pool = mp.Pool(2)
    results = [pool.apply_async(render, (n,)) for n in range(4)]
    print("rendering is under way")
