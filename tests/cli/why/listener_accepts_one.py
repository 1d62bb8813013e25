# finds: never-accepted|deadlock|nothing-sent
# says: accept
# The server accepts one client; the second is connected and never answered.
import multiprocessing as mp, os, tempfile
from multiprocessing.connection import Client, Listener
def serve(address, ready):
    listener = Listener(address, authkey=b"key")
    ready.set()
    c = listener.accept()
    while True: c.send(c.recv())
def main():
    address = os.path.join(tempfile.mkdtemp(), "s")
    ready = mp.Event()
    p = mp.Process(target=serve, args=(address, ready), daemon=True); p.start(); ready.wait()
    one = Client(address, authkey=b"key")
    two = Client(address, authkey=b"key")
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
