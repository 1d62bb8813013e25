import multiprocessing as mp
import time


def stuck(lock):
    lock.acquire()
    lock.acquire()


if __name__ == "__main__":
    lock = mp.Lock()
    p = mp.Process(target=stuck, args=(lock,))
    p.start()
    p.join(1.6)
    if p.is_alive():
        p.kill()
        p.join()
        print("killed the stuck one")
