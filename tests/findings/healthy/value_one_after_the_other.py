"""Two processes add without a lock, one after the other: join orders them."""
from multiprocessing import Process, Value


def add(total, n):
    total.value += n


if __name__ == "__main__":
    total = Value("d", 1.0)
    for n in (2.0, 4.0):
        p = Process(target=add, args=(total, n))
        p.start()
        p.join()
    print(total.value)
