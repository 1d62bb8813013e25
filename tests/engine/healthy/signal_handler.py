"""A handler of SIGUSR1, which somebody outside sends, puts what all wait for."""
import multiprocessing as mp
import signal


def main():
    box = mp.SimpleQueue()
    signal.signal(signal.SIGUSR1, lambda *_: box.put('a signal came'))
    print(box.get())


if __name__ == '__main__':
    main()
