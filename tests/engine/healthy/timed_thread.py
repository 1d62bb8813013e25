"""A thread that waits with a timeout again and again, and then releases the lock all wait for."""
import multiprocessing as mp
import threading


def main():
    lock, never = mp.Lock(), threading.Event()
    lock.acquire()

    def watch():
        for _ in range(4):
            never.wait(0.4)
        lock.release()

    threading.Thread(target=watch, daemon=True).start()
    lock.acquire()
    print('woken')


if __name__ == '__main__':
    main()
