"""A list proxy inside a dict proxy: a change is seen."""
from multiprocessing import Process, Manager


def add(shared, name):
    shared["names"].append(name)


if __name__ == "__main__":
    with Manager() as manager:
        shared = manager.dict()
        shared["names"] = manager.list()
        crew = [Process(target=add, args=(shared, n)) for n in ("red", "blue")]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
        print(sorted(shared["names"]))
