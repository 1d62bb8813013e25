# finds: same-random-numbers hint
# says: Walker.rng
import multiprocessing as mp
import random


class Walker(mp.get_context("fork").Process):
    rng = random.Random(7)

    def __init__(self, out):
        super().__init__()
        self.out = out

    def run(self):
        self.out.put([self.rng.randrange(100) for _ in range(3)])


if __name__ == "__main__":
    out = mp.get_context("fork").SimpleQueue()
    ws = [Walker(out) for _ in range(3)]
    for w in ws:
        w.start()
    for w in ws:
        w.join()
    print([out.get() for _ in ws])
