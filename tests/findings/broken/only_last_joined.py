# finds: joined-last-only likely
# says: 3 children
"""join stands outside of the loop."""
import multiprocessing as mp
import time


def work(n):
    time.sleep(0.5 - n * 0.2)


if __name__ == "__main__":
    for n in range(3):
        p = mp.Process(target=work, args=(n,))
        p.start()
    p.join()
    print("all work is done", flush=True)
