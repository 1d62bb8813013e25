"""The usual care: workers leave Ctrl-C to main."""
import multiprocessing as mp
import signal


def deaf():
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def work(n):
    return -n


if __name__ == "__main__":
    with mp.Pool(2, deaf) as pool:
        print(pool.map(work, range(3)))
