"""Listener and Client over a socket of the file system."""
from multiprocessing import Process
from multiprocessing.connection import Client, Listener


def call(address):
    with Client(address, authkey=b"secret") as conn:
        conn.send([1, 2, 3])
        assert conn.recv() == 6


if __name__ == "__main__":
    with Listener(None, "AF_UNIX", authkey=b"secret") as listener:
        p = Process(target=call, args=(listener.address,))
        p.start()
        with listener.accept() as conn:
            conn.send(sum(conn.recv()))
        p.join()
    print(p.exitcode)
