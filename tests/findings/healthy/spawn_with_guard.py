"""spawn, with a main guard and everything handed over."""
import multiprocessing as mp


def work(box, n):
    box.put(n + 1)


if __name__ == "__main__":
    ctx = mp.get_context("spawn")
    box = ctx.Queue()
    p = ctx.Process(target=work, args=(box, 1))
    p.start()
    print(box.get())
    p.join()
