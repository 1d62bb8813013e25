# finds: message-cut-short
# says: killed by SIGKILL
# A writer is killed in the middle of a message: the reader waits for the rest.
import multiprocessing as mp, os, time
def produce(out):
    out.put(b"x" * 5_000_000)
    time.sleep(600)
def main():
    out = mp.Queue()
    p = mp.Process(target=produce, args=(out,))
    p.start()
    while not out._reader.poll(0.1): pass
    p.kill(); p.join()
    print(len(out.get()))
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
