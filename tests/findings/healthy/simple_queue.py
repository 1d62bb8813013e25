"""A SimpleQueue both ways."""
import multiprocessing as mp


def echo(into, back):
    back.put(into.get().upper())


if __name__ == "__main__":
    into, back = mp.SimpleQueue(), mp.SimpleQueue()
    p = mp.Process(target=echo, args=(into, back))
    p.start()
    into.put("hello")
    print(back.get())
    p.join()
