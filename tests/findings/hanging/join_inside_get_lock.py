# finds: lock-circle certain
# says: total.get_lock() (RLock-1)
import multiprocessing as mp
import time


def add(total, n):
    with total.get_lock():
        total.value += n


if __name__ == "__main__":
    total = mp.Value("i", 0)
    ps = [mp.Process(target=add, args=(total, n)) for n in range(3)]
    with total.get_lock():
        for p in ps:
            p.start()
        for p in ps:
            p.join()
        print(total.value)
