import multiprocessing as mp
import random


class W(mp.get_context("fork").Process):
    def __init__(self, q, seed):
        super().__init__()
        self.q, self.rng = q, random.Random(seed)

    def run(self):
        self.q.put(self.rng.random())


if __name__ == "__main__":
    q = mp.get_context("fork").SimpleQueue()
    ws = [W(q, n) for n in range(3)]
    for w in ws:
        w.start()
    for w in ws:
        w.join()
    print(len({q.get() for _ in ws}))
