# finds: target-never-ran certain
# says: produce
"""The target has a yield: calling it runs nothing."""
import multiprocessing as mp


def produce():
    print("never printed")
    yield 1


if __name__ == "__main__":
    child = mp.Process(target=produce)
    child.start()
    child.join()
    print("exit code", child.exitcode)
