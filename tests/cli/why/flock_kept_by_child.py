# finds: file-lock
# says: data.lock
# The lock of a file belongs to its open description: the child has a copy of it.
import fcntl, os, multiprocessing as mp, tempfile
path = os.path.join(tempfile.mkdtemp(), "data.lock")
def child(r): r.recv()
def main():
    r, w = mp.Pipe(False)
    f = open(path, "w")
    fcntl.flock(f, fcntl.LOCK_EX)
    p = mp.get_context("fork").Process(target=child, args=(r,)); p.start()
    f.close()
    again = open(path, "w")
    fcntl.flock(again, fcntl.LOCK_EX)
    w.send(1)
if __name__ == "__main__": main()
