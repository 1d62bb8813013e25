"""Three parties, two rounds."""
from multiprocessing import Process, Barrier


def walk(barrier):
    for _ in range(2):
        barrier.wait()


if __name__ == "__main__":
    barrier = Barrier(3)
    crew = [Process(target=walk, args=(barrier,)) for _ in range(3)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print("all arrived twice")
