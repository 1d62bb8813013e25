"""An event starts all at once."""
from multiprocessing import Process, Event


def run(gate, n):
    gate.wait()
    print("runner", n, flush=True)


if __name__ == "__main__":
    gate = Event()
    crew = [Process(target=run, args=(gate, n)) for n in range(3)]
    for one in crew:
        one.start()
    gate.set()
    for one in crew:
        one.join()
