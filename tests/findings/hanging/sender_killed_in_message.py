# finds: message-torn likely
# says: ours (Connection-1), Process-1, was killed by SIGKILL
import multiprocessing as mp
import time


def camera(conn):
    conn.send(b"x" * 3_000_000)


if __name__ == "__main__":
    ours, theirs = mp.Pipe()
    p = mp.Process(target=camera, args=(theirs,))
    p.start()
    time.sleep(0.4)
    p.kill()
    p.join()
    print(len(ours.recv()))
