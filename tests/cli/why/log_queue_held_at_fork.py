# finds: lock-copied-by-fork
# says: fork
# A thread of main writes to a log's queue while a child is forked; the child logs, too.
import logging, logging.handlers, multiprocessing as mp, queue, threading
class Slow(queue.Queue):
    def _put(self, item):
        if threading.current_thread().name == "writer":
            inside.set(); done.wait()
        super()._put(item)
inside, done = threading.Event(), threading.Event()
records = Slow()
log = logging.getLogger("app")
log.addHandler(logging.handlers.QueueHandler(records))
def child(): records.put("from the child")
if __name__ == "__main__":
    threading.Thread(target=records.put, args=("a",), name="writer", daemon=True).start()
    inside.wait()
    p = mp.get_context("fork").Process(target=child); p.start(); p.join()
