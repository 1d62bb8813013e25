# finds: return-value-dropped hint
# says: measure, 12.5
"""What a target returns is dropped."""
import multiprocessing as mp


def measure():
    return 12.5


if __name__ == "__main__":
    child = mp.Process(target=measure)
    child.start()
    print(child.join())
