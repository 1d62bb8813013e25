# finds: nested-change-lost
# says: table[0]
"""A row of a list of lists gets a name and is only ever changed by it."""
from multiprocessing import Process, Manager


def mark(table):
    row = table[0]
    row.append("x")


if __name__ == "__main__":
    with Manager() as manager:
        table = manager.list([[], []])
        child = Process(target=mark, args=(table,))
        child.start()
        child.join()
        print(table[0])
