# finds: exit-handler-dropped certain
# below: 3.13
# says: save
"""A handler registered in a forked child."""
import atexit
import multiprocessing as mp


def save():
    print("saved")


def work():
    atexit.register(save)


if __name__ == "__main__":
    child = mp.get_context("fork").Process(target=work)
    child.start()
    child.join()
