# finds: task-lost
# says: starmap
# starmap_async: a task kills its own process.
import multiprocessing as mp, os, signal
def scale(n, by):
    if n == 5: os.kill(os.getpid(), signal.SIGKILL)
    return n * by
if __name__ == "__main__":
    context = mp.get_context(os.environ.get("METHOD", "fork"))
    pool = context.Pool(3)
    jobs = pool.starmap_async(scale, [(n, 2) for n in range(9)], chunksize=3)
    print(jobs.get())
