"""Two ends of a pipe."""
from multiprocessing import Process, Pipe


def echo(conn, other):
    other.close()
    while True:
        try:
            text = conn.recv()
        except EOFError:
            break
        conn.send(text[::-1])
    conn.close()


if __name__ == "__main__":
    here, there = Pipe()
    p = Process(target=echo, args=(there, here))
    p.start()
    there.close()
    for text in ("abc", "xyz"):
        here.send(text)
        print(here.recv())
    here.close()
    p.join()
