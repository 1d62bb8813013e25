"""An alarm ends a wait, as planned."""
import multiprocessing as mp
import signal


class Enough(Exception):
    pass


def ring(signum, frame):
    raise Enough


if __name__ == "__main__":
    box = mp.Queue()
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        box.get()
    except Enough:
        print("nothing came")
