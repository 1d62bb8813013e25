# finds: handler-inherited
# says: on_term
"""The handler of main is the child's too: terminate() sets a flag that nobody reads."""
import multiprocessing as mp
import signal
import time

asked = []


def on_term(number, frame):
    asked.append(number)


def work(ready):
    ready.set()
    while True:
        time.sleep(0.05)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, on_term)
    ready = mp.get_context("fork").Event()
    child = mp.get_context("fork").Process(target=work, args=(ready,))
    child.start()
    ready.wait()
    child.terminate()
    child.join(0.6)
    if child.is_alive():
        child.kill()
    child.join()
