# finds: thread-error-unseen likely
# says: Thread-2, ValueError
import multiprocessing as mp
import threading


def part(text):
    print(int(text))


def child():
    ts = [threading.Thread(target=part, args=(t,)) for t in ("1", "two")]
    for t in ts:
        t.start()
    for t in ts:
        t.join()


if __name__ == "__main__":
    p = mp.Process(target=child)
    p.start()
    p.join()
    print("exit code", p.exitcode)
