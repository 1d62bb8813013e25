# finds: child-error-unseen likely
# says: exit code 4
"""A child gives up by os._exit; nobody looks."""
import multiprocessing as mp
import os


def check():
    os._exit(4)


if __name__ == "__main__":
    child = mp.Process(target=check)
    child.start()
    child.join()
    print("checked")
