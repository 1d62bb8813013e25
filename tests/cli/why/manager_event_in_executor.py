# finds: manager-request-unanswered
# says: wait
# Tasks of an executor wait for a manager's event that is set after them.
import multiprocessing as mp, os
from concurrent.futures import ProcessPoolExecutor
def task(go, n):
    go.wait()
    return n
def main():
    context = mp.get_context(os.environ.get("METHOD", "fork"))
    manager = context.Manager()
    go = manager.Event()
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        results = [executor.submit(task, go, n) for n in range(2)]
        print([r.result() for r in results])
        go.set()
if __name__ == "__main__":
    main()
