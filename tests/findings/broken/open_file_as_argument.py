# finds: cannot-pickle certain
# says: pickle
# status: 1
"""An open file can't be handed to a spawned child."""
import multiprocessing as mp


def show(file):
    print(file.read())


if __name__ == "__main__":
    with open(__file__) as file:
        mp.get_context("spawn").Process(target=show, args=(file,)).start()
