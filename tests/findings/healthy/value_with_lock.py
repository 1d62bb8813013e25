"""A shared counter under its own lock."""
from multiprocessing import Process, Value


def count(counter, n):
    for _ in range(n):
        with counter.get_lock():
            counter.value += 1


if __name__ == "__main__":
    counter = Value("i", 0)
    crew = [Process(target=count, args=(counter, 50)) for _ in range(3)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print(counter.value)
