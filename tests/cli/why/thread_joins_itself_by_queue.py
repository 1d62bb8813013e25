# finds: thread-queue
# says: jobs
# A consumer thread died; join of the queue waits for task_done.
import queue, threading
jobs = queue.Queue()
def consume():
    while True:
        n = jobs.get()
        print(1 // n)
        jobs.task_done()
threading.Thread(target=consume, daemon=True).start()
for n in (1, 0, 1): jobs.put(n)
jobs.join()
