"""A daemonic helper that main ends with itself; what it was given it has done by then."""
import multiprocessing as mp


def log(box, done):
    while True:
        text = box.get()
        if text == "flush":
            done.set()
        else:
            print("log:", text, flush=True)


if __name__ == "__main__":
    box, done = mp.SimpleQueue(), mp.Event()
    mp.Process(target=log, args=(box, done), daemon=True).start()
    for n in range(3):
        box.put("record %d" % n)
    box.put("flush")
    done.wait()
