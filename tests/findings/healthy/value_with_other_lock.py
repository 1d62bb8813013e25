"""A raw value and a lock beside it."""
from multiprocessing import Process, Lock, RawValue


def count(lock, counter, n):
    for _ in range(n):
        with lock:
            counter.value = counter.value + 1


if __name__ == "__main__":
    lock, counter = Lock(), RawValue("i", 0)
    crew = [Process(target=count, args=(lock, counter, 30)) for _ in range(3)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print(counter.value)
