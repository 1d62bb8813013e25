# finds: pipe-no-end certain
# says: r (Connection-1), open in itself and in Process-2
import multiprocessing as mp


def reader(conn):
    n = 0
    while True:
        try:
            conn.recv()
        except EOFError:
            break
        n += 1
    print("read", n)


if __name__ == "__main__":
    mp.set_start_method("fork")
    ends = []
    ps = []
    for i in range(2):
        r, w = mp.Pipe(duplex=False)
        p = mp.Process(target=reader, args=(r,))
        p.start()
        r.close()
        ends.append(w)
        ps.append(p)
    for w in ends:
        w.send("hello")
        w.close()
    for p in ps:
        p.join()
