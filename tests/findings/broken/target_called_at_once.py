# finds: nothing-to-do hint
# says: Process-1
"""The function is called, and its result is the target."""
import multiprocessing as mp


def work(n):
    print("work", n)


if __name__ == "__main__":
    child = mp.Process(target=work(3))
    child.start()
    child.join()
