# finds: deadlock|nothing-sent
# says: c (Connection)
# Client and Listener: both receive first.
import multiprocessing as mp, os
from multiprocessing.connection import Client, Listener
def serve(address, ready):
    with Listener(address, authkey=b"key") as listener:
        ready.set()
        with listener.accept() as c:
            c.send(c.recv())
def main():
    import tempfile
    address = os.path.join(tempfile.mkdtemp(), "s")
    ready = mp.Event()
    p = mp.Process(target=serve, args=(address, ready)); p.start(); ready.wait()
    with Client(address, authkey=b"key") as c:
        print(c.recv())
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
