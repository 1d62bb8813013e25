# finds: items-not-sent certain
# says: out, os._exit
"""A child puts and leaves by os._exit before the feeder has sent."""
import multiprocessing as mp
import os
import queue


def produce(out):
    for n in range(50):
        out.put(b"x" * 100000)
    os._exit(0)


if __name__ == "__main__":
    out = mp.Queue()
    child = mp.Process(target=produce, args=(out,))
    child.start()
    child.join()
    print("child has ended with", child.exitcode)
    out.cancel_join_thread()
