# finds: argument-copy-changed hint
# says: found
"""A list handed over as an argument."""
import multiprocessing as mp


def search(found):
    found.append(7)


if __name__ == "__main__":
    found = []
    child = mp.Process(target=search, args=(found,))
    child.start()
    child.join()
    print(found)
