# finds: output-lost certain
# says: 100 %
"""A line without its end, and os._exit."""
import multiprocessing as mp
import os


def work():
    print("progress: 100 %", end="")
    os._exit(0)


if __name__ == "__main__":
    child = mp.Process(target=work)
    child.start()
    child.join()
