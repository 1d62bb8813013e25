# finds: no-end-of-file|nothing-sent|deadlock
# says: 
# The reader waits for the end of a pipe whose write end a sibling has inherited.
import multiprocessing as mp, os
def read(r, w):
    w.close()
    try:
        while True: r.recv()
    except EOFError: pass
def idle(go): go.wait()
def main():
    r, w = mp.Pipe(False)
    go = mp.Event()
    b = mp.Process(target=idle, args=(go,)); b.start()
    a = mp.Process(target=read, args=(r, w)); a.start()
    w.send(1); w.close(); r.close()
    a.join(); go.set(); b.join()
if __name__ == "__main__":
    mp.set_start_method("fork")
    main()
