"""No healthy one: two locks taken in opposite order, and a helper thread that waits for good as well."""
import multiprocessing as mp
import threading


def take(first, second, both):
    with first:
        both.wait()
        with second:
            pass


def main():
    one, two, both = mp.Lock(), mp.Lock(), mp.Barrier(2)
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    workers = [mp.Process(target=take, args=pair) for pair in ((one, two, both), (two, one, both))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == '__main__':
    main()
