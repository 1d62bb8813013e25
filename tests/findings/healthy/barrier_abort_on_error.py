import multiprocessing as mp
import threading


def member(b, n):
    try:
        if n == 1:
            raise ValueError("bad part")
        b.wait()
    except threading.BrokenBarrierError:
        print("stopped", flush=True)
    except ValueError:
        b.abort()


if __name__ == "__main__":
    b = mp.Barrier(3)
    ps = [mp.Process(target=member, args=(b, n)) for n in range(3)]
    for p in ps:
        p.start()
    for p in ps:
        p.join()
