"""A block of shared memory: made, attached, closed by all, unlinked once."""
from multiprocessing import Process, shared_memory


def fill(name):
    block = shared_memory.SharedMemory(name=name)
    block.buf[0] = 42
    block.close()


if __name__ == "__main__":
    block = shared_memory.SharedMemory(create=True, size=16)
    p = Process(target=fill, args=(block.name,))
    p.start()
    p.join()
    print(block.buf[0])
    block.close()
    block.unlink()
