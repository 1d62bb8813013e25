# finds: child-error-unseen certain
# says: KeyError
"""The same with spawn."""
import multiprocessing as mp


def look(table):
    print(table["b"])


if __name__ == "__main__":
    child = mp.get_context("spawn").Process(target=look, args=({"a": 1},))
    child.start()
    child.join()
    print("looked")
