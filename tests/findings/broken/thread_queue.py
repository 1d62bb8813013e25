# finds: thread-queue-copied likely
# says: jobs
"""queue.Queue instead of multiprocessing.Queue."""
import multiprocessing as mp
import queue

jobs = queue.Queue()


def produce():
    for n in range(3):
        jobs.put(n)


if __name__ == "__main__":
    child = mp.get_context("fork").Process(target=produce)
    child.start()
    child.join()
    print("jobs:", jobs.qsize())
