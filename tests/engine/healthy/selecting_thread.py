"""A thread of a child waits in select for standard input; a line there wakes all."""
import multiprocessing as mp
import os
import select
import threading


def child(event, copy):
    source = os.open(copy, os.O_RDONLY)

    def watch():
        select.select([source], [], [])
        event.set()

    threading.Thread(target=watch, daemon=True).start()
    event.wait()


def main():
    event = mp.Event()
    worker = mp.Process(target=child, args=(event, '/proc/%d/fd/0' % os.getpid()))
    worker.start()
    worker.join()
    print('woken')


if __name__ == '__main__':
    main()
