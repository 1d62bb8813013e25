"""A signal handler of an interval timer sets the event that all wait for."""
import multiprocessing as mp
import signal


def main():
    event, done = mp.Event(), mp.SimpleQueue()

    def stand():
        event.wait()
        done.put('stood')

    child = mp.get_context('fork').Process(target=stand)
    child.start()
    signal.signal(signal.SIGALRM, lambda *_: event.set())
    signal.setitimer(signal.ITIMER_REAL, 1.6)
    print(done.get())
    child.join()


if __name__ == '__main__':
    main()
