"""Blocks of shared memory."""
import sys

try:
    from multiprocessing import shared_memory
except ImportError:
    print('absent')
    sys.exit()
block = shared_memory.SharedMemory(create=True, size=100)
again = shared_memory.SharedMemory(block.name)
again.buf[0] = 7
print(block.buf[0], block.size >= 100)
again.close()
block.close()
block.unlink()
for arguments in ((block.name,), ('x/y', True, 10), (None, True, -1)):
    try:
        shared_memory.SharedMemory(*arguments)
    except Exception as error:
        print(type(error).__name__)
