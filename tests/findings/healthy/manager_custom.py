"""A class of one's own behind a manager."""
from multiprocessing.managers import BaseManager


class Counter:
    def __init__(self):
        self.n = 0

    def add(self, n):
        self.n += n
        return self.n


class Counters(BaseManager):
    pass


Counters.register("Counter", Counter)

if __name__ == "__main__":
    with Counters() as manager:
        counter = manager.Counter()
        counter.add(4)
        print(counter.add(3))
