# finds: daemon-cut-short hint
# says: Process-1
"""A daemon in the middle of its work when main ends."""
import multiprocessing as mp
import time


def save(ready):
    ready.set()
    time.sleep(5)
    print("saved")


if __name__ == "__main__":
    ready = mp.Event()
    mp.Process(target=save, args=(ready,), daemon=True).start()
    ready.wait()
    print("done")
