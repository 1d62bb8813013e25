# finds: pipe-no-end certain
# says: several pipes, open itself
import multiprocessing as mp
from multiprocessing.connection import wait


def sender(conn, n):
    conn.send(n)
    conn.close()


if __name__ == "__main__":
    readers, keep = [], []
    for n in range(3):
        r, w = mp.Pipe(duplex=False)
        keep.append(w)
        readers.append(r)
        mp.Process(target=sender, args=(w, n)).start()
    while readers:
        for r in wait(readers):
            try:
                print(r.recv())
            except EOFError:
                readers.remove(r)
