"""kill() for one that ignores SIGTERM on purpose."""
import multiprocessing as mp
import signal
import time


def stubborn(ready):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready.set()
    time.sleep(30)


if __name__ == "__main__":
    ready = mp.Event()
    child = mp.Process(target=stubborn, args=(ready,))
    child.start()
    ready.wait()
    child.kill()
    child.join()
    print(child.exitcode)
