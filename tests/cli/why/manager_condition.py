# finds: manager-request-unanswered
# says: wait
# Nobody notifies a manager's condition any more.
import multiprocessing as mp, os
def wait(ready):
    with ready: ready.wait()
def main():
    manager = mp.Manager()
    ready = manager.Condition()
    with ready: ready.notify_all()
    p = mp.Process(target=wait, args=(ready,)); p.start(); p.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
