# finds: event-never-set
# says: filled
# The process that fills the shared memory fails before it says so.
import multiprocessing as mp, os
from multiprocessing import shared_memory
def fill(name, filled):
    block = shared_memory.SharedMemory(name)
    block.buf[200_000] = 1
    filled.set()
def main():
    block = shared_memory.SharedMemory(create=True, size=64)
    filled = mp.Event()
    p = mp.Process(target=fill, args=(block.name, filled)); p.start()
    filled.wait()
    print(bytes(block.buf[:4]))
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
