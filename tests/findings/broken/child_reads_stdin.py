# finds: no-stdin certain
# says: stdin
"""A child asks the user."""
import multiprocessing as mp


def ask():
    input("name? ")


if __name__ == "__main__":
    child = mp.Process(target=ask)
    child.start()
    child.join()
