# finds: fifo-not-opened hint
# says: orders
# A child opens a FIFO for reading; main waits for the child before it opens it for writing.
import multiprocessing as mp, os, tempfile
def read(path):
    with open(path) as f: print(f.read())
def main():
    path = os.path.join(tempfile.mkdtemp(), "orders")
    os.mkfifo(path)
    p = mp.Process(target=read, args=(path,)); p.start(); p.join()
    open(path, "w").write("late")
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
