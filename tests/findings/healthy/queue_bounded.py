"""A bounded queue slows the producer down."""
import multiprocessing as mp
import time


def produce(box):
    for n in range(6):
        box.put(n)
    box.put(None)


if __name__ == "__main__":
    box = mp.Queue(maxsize=2)
    p = mp.Process(target=produce, args=(box,))
    p.start()
    for n in iter(box.get, None):
        time.sleep(0.01)
    p.join()
    print("all read")
