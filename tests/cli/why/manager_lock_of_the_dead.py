# finds: manager-request-unanswered
# says: acquire
# A worker ends with the manager's lock.
import multiprocessing as mp, os
def take(guard):
    guard.acquire()
    os._exit(1)
def main():
    with mp.Manager() as manager:
        guard = manager.Lock()
        p = mp.Process(target=take, args=(guard,)); p.start(); p.join()
        with guard:
            print("never")
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
