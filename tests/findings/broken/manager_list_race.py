# finds: lost-update
# says: marks[0]
"""The same in a manager's list, the read and the write on two lines."""
from multiprocessing import Process, Manager
import time


def raise_mark(marks):
    for _ in range(10):
        now = marks[0]
        time.sleep(0.005)
        marks[0] = now + 1


if __name__ == "__main__":
    with Manager() as manager:
        marks = manager.list([0])
        crew = [Process(target=raise_mark, args=(marks,)) for _ in range(2)]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
        print(marks[0])
