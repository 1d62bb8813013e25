"""The consumer has enough; the rest is left, on purpose, with cancel_join_thread."""
import multiprocessing as mp


def produce(box, enough):
    box.cancel_join_thread()
    n = 0
    while not enough.is_set():
        box.put(n)
        n += 1
        enough.wait(0.01)


if __name__ == "__main__":
    box, enough = mp.Queue(), mp.Event()
    p = mp.Process(target=produce, args=(box, enough))
    p.start()
    print([box.get() for _ in range(3)])
    enough.set()
    p.join()
