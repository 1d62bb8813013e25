"""Three stages, ended by None."""
from multiprocessing import Process, Queue


def stage(source, sink):
    for item in iter(source.get, None):
        sink.put(item + 1)
    sink.put(None)


if __name__ == "__main__":
    queues = [Queue() for _ in range(3)]
    crew = [Process(target=stage, args=pair) for pair in zip(queues, queues[1:])]
    for one in crew:
        one.start()
    for n in range(5):
        queues[0].put(n)
    queues[0].put(None)
    print(list(iter(queues[-1].get, None)))
    for one in crew:
        one.join()
