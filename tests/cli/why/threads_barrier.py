# finds: barrier-member-missing
# says: 2 of 3
# Threads of a child: one has failed before the barrier.
import multiprocessing as mp, os, threading
def child():
    gate = threading.Barrier(3)
    def run(n):
        if n == 1: raise ValueError(n)
        gate.wait()
    ts = [threading.Thread(target=run, args=(n,)) for n in range(3)]
    for t in ts: t.start()
    for t in ts: t.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    p = mp.Process(target=child); p.start(); p.join()
