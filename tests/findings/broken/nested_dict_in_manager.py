# finds: nested-change-lost certain
# says: users['ann']
"""A dictionary inside a manager's dictionary."""
from multiprocessing import Process, Manager


def birthday(users):
    users["ann"]["age"] += 1


if __name__ == "__main__":
    with Manager() as manager:
        users = manager.dict(ann={"age": 30})
        child = Process(target=birthday, args=(users,))
        child.start()
        child.join()
        print(users["ann"])
