"""Requests and answers until a stop."""
from multiprocessing import Process, Pipe


def serve(conn):
    store = {}
    while True:
        word, *rest = conn.recv()
        if word == "stop":
            conn.send("bye")
            return
        if word == "set":
            store[rest[0]] = rest[1]
        conn.send(store.get(rest[0]))


if __name__ == "__main__":
    here, there = Pipe()
    p = Process(target=serve, args=(there,))
    p.start()
    for request in (("set", "a", 1), ("get", "a"), ("stop",)):
        here.send(request)
        print(here.recv())
    p.join()
