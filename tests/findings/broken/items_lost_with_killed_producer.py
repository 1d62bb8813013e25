# finds: items-lost
# says: box, SIGTERM
"""The producer is terminated before its feeder has sent everything."""
import multiprocessing as mp
import queue
import time


class Slow:
    def __reduce__(self):
        time.sleep(0.1)
        return Slow, ()


def produce(box, ready):
    for n in range(20):
        box.put(Slow())
    ready.set()
    time.sleep(30)


if __name__ == "__main__":
    box, ready = mp.Queue(), mp.Event()
    child = mp.Process(target=produce, args=(box, ready))
    child.start()
    ready.wait()
    time.sleep(0.35)
    child.terminate()
    child.join()
    got = 0
    try:
        while True:
            box.get(timeout=0.1)
            got += 1
    except queue.Empty:
        print("got", got, "of 20")
