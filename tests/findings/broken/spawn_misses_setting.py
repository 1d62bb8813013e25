# finds: variable-not-set-in-child
# says: options
"""What main sets, a spawned child has not."""
import multiprocessing as mp

options = {"level": "low"}


def show():
    print(options["level"])


if __name__ == "__main__":
    options["level"] = "high"
    child = mp.get_context("spawn").Process(target=show)
    child.start()
    child.join()
