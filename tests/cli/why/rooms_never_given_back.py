# finds: semaphore-never-released
# says: rooms
# Two workers fail inside a bounded semaphore without giving it back.
import multiprocessing as mp, os
def visit(rooms, n):
    rooms.acquire()
    if n < 2: raise RuntimeError("no luck")
    rooms.release()
def main():
    rooms = mp.BoundedSemaphore(2)
    for n in range(3):
        p = mp.Process(target=visit, args=(rooms, n)); p.start(); p.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
