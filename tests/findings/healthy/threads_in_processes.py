"""Threads inside a child; a timer in main sets the event."""
import multiprocessing as mp
import threading


def work(out):
    parts = [threading.Thread(target=out.put, args=(n,)) for n in range(2)]
    for part in parts:
        part.start()
    for part in parts:
        part.join()


if __name__ == "__main__":
    out, gate = mp.Queue(), mp.Event()
    p = mp.Process(target=work, args=(out,))
    p.start()
    threading.Timer(0.05, gate.set).start()
    gate.wait()
    print(sorted(out.get() for _ in range(2)))
    p.join()
