"""Each child seeds a generator of its own."""
import multiprocessing as mp
import random


def draw(seed, out):
    rng = random.Random(seed)
    out.put([rng.randint(0, 9) for _ in range(3)])


if __name__ == "__main__":
    out = mp.Queue()
    crew = [mp.Process(target=draw, args=(n, out)) for n in range(2)]
    for one in crew:
        one.start()
    print(sorted(out.get() for _ in crew))
    for one in crew:
        one.join()
