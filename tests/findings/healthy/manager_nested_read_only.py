"""Nested values that are read, and a copy that is sorted for the reader's own use."""
from multiprocessing import Process, Manager


def show(shared, out):
    marks = shared["marks"]
    out.put((len(marks), sum(marks)))


if __name__ == "__main__":
    with Manager() as manager:
        shared, out = manager.dict(marks=[3, 1, 2]), manager.Queue()
        p = Process(target=show, args=(shared, out))
        p.start()
        print(out.get())
        p.join()
