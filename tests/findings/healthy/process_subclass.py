"""A subclass with its own run, and a result by a queue."""
import multiprocessing as mp


class Square(mp.Process):
    def __init__(self, n, out):
        super().__init__(name="square-%d" % n)
        self.n, self.out = n, out

    def run(self):
        self.out.put(self.n * self.n)


if __name__ == "__main__":
    out = mp.Queue()
    crew = [Square(n, out) for n in range(3)]
    for one in crew:
        one.start()
    print(sorted(out.get() for _ in crew))
    for one in crew:
        one.join()
