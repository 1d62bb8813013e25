# finds: file-position-shared hint
# says: file_read_by_both
"""A file opened before the fork is read by both."""
import multiprocessing as mp
import os


def read(number):
    os.read(number, 20)


if __name__ == "__main__":
    number = os.open(__file__, os.O_RDONLY)
    child = mp.get_context("fork").Process(target=read, args=(number,))
    child.start()
    child.join()
    print(os.lseek(number, 0, os.SEEK_CUR))
