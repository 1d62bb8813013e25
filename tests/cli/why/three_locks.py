# finds: lock-order
# says: ls[2] (Lock)
# Three processes and three locks: each has one and waits for the next.
import multiprocessing as mp
def f(ls, i, met):
    with ls[i]:
        met.wait()
        with ls[(i + 1) % 3]: pass
if __name__ == "__main__":
    ls, met = [mp.Lock() for _ in range(3)], mp.Barrier(3)
    for i in range(3): mp.Process(target=f, args=(ls, i, met)).start()
