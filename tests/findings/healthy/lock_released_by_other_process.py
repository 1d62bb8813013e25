import multiprocessing as mp


def opener(lock):
    lock.release()


if __name__ == "__main__":
    lock = mp.Lock()
    lock.acquire()
    p = mp.Process(target=opener, args=(lock,))
    p.start()
    lock.acquire()
    p.join()
    lock.release()
    print("handed over")
