# finds: empty-believed certain
# says: inbox
"""get_nowait right after put: the feeder has not written yet."""
import multiprocessing as mp
import queue
import time


class Letter:
    def __reduce__(self):
        time.sleep(0.1)
        return Letter, ()


if __name__ == "__main__":
    inbox = mp.Queue()
    inbox.put(Letter())
    try:
        inbox.get_nowait()
        print("a letter")
    except queue.Empty:
        print("no letters")
