# finds: child-error-unseen likely
# says: SIGSEGV
"""A child crashes; nobody looks."""
import multiprocessing as mp
import os
import signal


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


if __name__ == "__main__":
    child = mp.Process(target=crash)
    child.start()
    child.join()
    print("done")
