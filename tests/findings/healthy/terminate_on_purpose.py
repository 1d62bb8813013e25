"""A server without an end of its own is ended by terminate()."""
import multiprocessing as mp
import time


def serve(ready):
    ready.set()
    while True:
        time.sleep(0.05)


if __name__ == "__main__":
    ready = mp.Event()
    child = mp.Process(target=serve, args=(ready,))
    child.start()
    ready.wait()
    child.terminate()
    child.join()
    print("ended by signal", -child.exitcode)
