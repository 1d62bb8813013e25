"""poll with a timeout, nothing comes at first."""
from multiprocessing import Process, Pipe, Event


def late(conn, go):
    go.wait()
    conn.send("late")
    conn.close()


if __name__ == "__main__":
    go = Event()
    here, there = Pipe(duplex=False)
    p = Process(target=late, args=(there, go))
    p.start()
    print("early:", here.poll(0.05))
    go.set()
    print(here.recv())
    p.join()
