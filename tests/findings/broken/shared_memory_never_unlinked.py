# finds: leaked certain
# says: shared_memory
"""A block that nobody unlinks."""
from multiprocessing import shared_memory

if __name__ == "__main__":
    block = shared_memory.SharedMemory(create=True, size=32)
    block.buf[0] = 1
    block.close()
