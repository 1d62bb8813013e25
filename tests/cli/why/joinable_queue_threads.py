# finds: task-done-missing
# says: jobs
# A thread of the child took an item and failed before task_done.
import multiprocessing as mp, os, threading
def serve(jobs):
    def loop():
        while True:
            item = jobs.get()
            10 // item
            jobs.task_done()
    threading.Thread(target=loop).start()
def main():
    jobs = mp.JoinableQueue()
    for n in (2, 1, 0): jobs.put(n)
    mp.Process(target=serve, args=(jobs,), daemon=True).start()
    jobs.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
