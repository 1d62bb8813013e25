# finds: target-never-ran certain
# says: serve
"""The target is a coroutine function."""
import multiprocessing as mp


async def serve():
    print("never printed")


if __name__ == "__main__":
    child = mp.Process(target=serve)
    child.start()
    child.join()
