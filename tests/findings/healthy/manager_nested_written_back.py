"""A nested list is changed and assigned back, as the documentation says."""
from multiprocessing import Process, Manager


def add(shared, lock, name):
    with lock:
        names = shared["names"]
        names.append(name)
        shared["names"] = names


if __name__ == "__main__":
    with Manager() as manager:
        shared, lock = manager.dict(names=[]), manager.Lock()
        crew = [Process(target=add, args=(shared, lock, n)) for n in ("red", "blue")]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
        print(sorted(shared["names"]))
