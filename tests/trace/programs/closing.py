"""A program that closes every descriptor it did not open, and opens its own in their places."""
import os
import multiprocessing as mp

if __name__ == '__main__':
    lock = mp.Lock()
    with lock:
        pass
    print('before', flush=True)
    os.closerange(3, 1024)
    files = [os.open('/dev/null', os.O_RDWR) for _ in range(250)]
    import tempfile
    folder = tempfile.mkdtemp()
    own = [os.open(os.path.join(folder, str(n)), os.O_RDWR | os.O_CREAT) for n in range(30)]
    with lock:
        print('after', flush=True)
    print([os.fstat(fd).st_size for fd in own] == [0] * 30)
    for n in range(30):
        os.unlink(os.path.join(folder, str(n)))
    os.rmdir(folder)
