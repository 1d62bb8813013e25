"""Full and Empty are expected and caught."""
import multiprocessing as mp
import queue

if __name__ == "__main__":
    box = mp.Queue(maxsize=1)
    box.put("a")
    try:
        box.put_nowait("b")
    except queue.Full:
        print("full")
    print(box.get())
    try:
        box.get(timeout=0.05)
    except queue.Empty:
        print("empty")
