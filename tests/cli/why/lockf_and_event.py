# finds: event-never-set|file-lock|deadlock
# says: index.lock
# A child has a file's lock and waits for main; main waits for the lock.
import fcntl, os, multiprocessing as mp, tempfile
def child(path, has, go):
    with open(path, "w") as f:
        fcntl.lockf(f, fcntl.LOCK_EX)
        has.set(); go.wait()
def main():
    path = os.path.join(tempfile.mkdtemp(), "index.lock")
    has, go = mp.Event(), mp.Event()
    p = mp.Process(target=child, args=(path, has, go)); p.start()
    has.wait()
    with open(path, "w") as f:
        fcntl.lockf(f, fcntl.LOCK_EX)
    go.set(); p.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
