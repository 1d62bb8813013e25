"""A child with a handler of its own for SIGTERM ends in good order."""
import multiprocessing as mp
import signal
import sys


def serve(ready):
    def stop(signum, frame):
        print("child: bye", flush=True)
        sys.exit(0)
    signal.signal(signal.SIGTERM, stop)
    ready.set()
    while True:
        signal.pause()


if __name__ == "__main__":
    ready = mp.Event()
    p = mp.Process(target=serve, args=(ready,))
    p.start()
    ready.wait()
    p.terminate()
    p.join()
    print(p.exitcode)
