"""Steps that need each other's results: each child is joined before the next, as it must be."""
import multiprocessing as mp


def step(n, line):
    line.send(n * 2)
    line.close()


if __name__ == "__main__":
    n = 1
    for _ in range(3):
        here, there = mp.Pipe(False)
        p = mp.Process(target=step, args=(n, there))
        p.start()
        there.close()
        n = here.recv()
        p.join()
    print(n)
