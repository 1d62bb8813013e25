# finds: same-random-numbers hint
# says: dice
"""A generator made in main and drawn from by all workers."""
import multiprocessing as mp
import random
import time

dice = random.Random(1)


def throw(gate):
    gate.wait()
    return dice.randint(1, 6)


def work(gate, out):
    out.put(throw(gate))


if __name__ == "__main__":
    ctx = mp.get_context("fork")
    gate, out = ctx.Barrier(2), ctx.SimpleQueue()
    crew = [ctx.Process(target=work, args=(gate, out)) for _ in range(2)]
    for one in crew:
        one.start()
    print(out.get(), out.get())
    for one in crew:
        one.join()
