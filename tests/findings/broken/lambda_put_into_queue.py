# finds: item-not-pickled certain
# says: work, lambda
"""A lambda can't be pickled: the feeder drops it."""
import multiprocessing as mp

if __name__ == "__main__":
    work = mp.Queue()
    work.put(lambda: 1)
    work.put("after")
    print(work.get())
