# finds: lock-order
# says: guard
# Two threads of a child take a lock of threading and one of multiprocessing in opposite order.
import multiprocessing as mp, os, threading
class Store(mp.Process):
    def __init__(self):
        super().__init__()
        self.guard = mp.Lock()
    def run(self):
        inner, met = threading.RLock(), threading.Barrier(2)
        def one():
            with self.guard:
                met.wait()
                with inner: pass
        def other():
            with inner:
                met.wait()
                with self.guard: pass
        both = [threading.Thread(target=f) for f in (one, other)]
        for t in both: t.start()
        for t in both: t.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    s = Store(); s.start(); s.join()
