"""A thread of the main process reads standard input; a line there wakes all."""
import multiprocessing as mp
import os
import threading


def main():
    event = mp.Event()

    def read():
        os.read(0, 100)
        event.set()

    threading.Thread(target=read, daemon=True).start()
    worker = mp.Process(target=event.wait)
    worker.start()
    worker.join()
    print('woken')


if __name__ == '__main__':
    main()
