# Claim: only the program's variables are copied.
# The buffer of an open file is copied too: a line written before start() and not flushed can be
# written by both processes.
import multiprocessing
import os
import sys
import tempfile

mp = multiprocessing.get_context('fork')


def child(out, flush):
    if flush:
        out.flush()


def copies(flush):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'log.txt')
        with open(path, 'w') as out:
            out.write('written once\n')
            p = mp.Process(target=child, args=(out, flush))
            p.start()
            p.join()
        with open(path) as log:
            return len(log.readlines())


def main():
    quiet, flushed = copies(False), copies(True)
    print('one write before start(); lines in the file: %d' % quiet)
    print('the same, and the child flushes the file:    %d' % flushed)
    return (quiet, flushed) == (1, 2)


if __name__ == '__main__':
    if main():
        print('verdict: the buffer of an open file is copied as well')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
