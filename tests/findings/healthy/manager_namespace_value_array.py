"""Namespace, Value and Array of a manager."""
from multiprocessing import Process, Manager


def fill(ns, value, array):
    ns.x = 10
    value.value = 3.5
    array[1] = 7


if __name__ == "__main__":
    with Manager() as manager:
        ns, value, array = manager.Namespace(), manager.Value("d", 0.0), manager.Array("i", [1, 2])
        p = Process(target=fill, args=(ns, value, array))
        p.start()
        p.join()
        print(ns.x, value.value, array[1])
