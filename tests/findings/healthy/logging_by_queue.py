"""Records travel by a multiprocessing queue to a listener in main."""
import logging
import logging.handlers
import multiprocessing as mp
import sys


def work(box):
    log = logging.getLogger("work")
    log.handlers[:] = [logging.handlers.QueueHandler(box)]
    log.propagate = False
    log.setLevel(logging.INFO)
    log.info("from the child")


if __name__ == "__main__":
    box = mp.Queue()
    listener = logging.handlers.QueueListener(box, logging.StreamHandler(sys.stdout))
    listener.start()
    p = mp.Process(target=work, args=(box,))
    p.start()
    p.join()
    listener.stop()
