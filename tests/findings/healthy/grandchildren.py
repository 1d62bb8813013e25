"""A child that is no daemon has a child of its own."""
import multiprocessing as mp


def leaf(out):
    out.put("leaf")


def branch(out):
    p = mp.Process(target=leaf, args=(out,))
    p.start()
    p.join()
    out.put("branch")


if __name__ == "__main__":
    out = mp.SimpleQueue()
    p = mp.Process(target=branch, args=(out,))
    p.start()
    print(out.get(), out.get())
    p.join()
