# finds: lock-copied-by-fork
# says: self.own
# A handler of logging has a lock of its own, which a thread holds when os.fork() is called.
import logging, os, threading, time
class Slow(logging.StreamHandler):
    def __init__(self):
        super().__init__(open(os.devnull, "w")); self.own = threading.Lock()
    def emit(self, record):
        with self.own:
            if threading.current_thread() is not threading.main_thread(): inside.set(); time.sleep(2)
            super().emit(record)
inside = threading.Event()
log = logging.getLogger(); log.addHandler(Slow())
threading.Thread(target=log.warning, args=("a",)).start(); inside.wait()
p = os.fork()
if p == 0: log.warning("b"); os._exit(0)
os.waitpid(p, 0)
