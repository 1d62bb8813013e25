# finds: nested-change-lost certain
# says: shared.rows
"""A list in a namespace."""
from multiprocessing import Process, Manager


def fill(shared):
    for n in range(3):
        shared.rows.append(n)


if __name__ == "__main__":
    with Manager() as manager:
        shared = manager.Namespace()
        shared.rows = []
        child = Process(target=fill, args=(shared,))
        child.start()
        child.join()
        print(shared.rows)
