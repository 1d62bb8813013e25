# finds: run-called-directly likely
# says: work
"""run() in place of start()."""
import multiprocessing as mp
import os


def work():
    print("in main?", os.getpid() == main)


if __name__ == "__main__":
    main = os.getpid()
    mp.Process(target=work).run()
