"""A child opens the file itself and writes it; main reads it afterwards."""
import multiprocessing as mp
import os
import tempfile


def write(path):
    with open(path, "w") as file:
        file.write("from the child")


if __name__ == "__main__":
    handle, path = tempfile.mkstemp()
    os.close(handle)
    p = mp.Process(target=write, args=(path,))
    p.start()
    p.join()
    with open(path) as file:
        print(file.read())
    os.unlink(path)
