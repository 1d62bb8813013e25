# finds: daemon-children certain
# says: daemon
"""A daemonic process wants a child."""
import multiprocessing as mp


def inner():
    pass


def outer():
    mp.Process(target=inner).start()


if __name__ == "__main__":
    child = mp.Process(target=outer, daemon=True)
    child.start()
    child.join()
