# Claim: each process holds its own copy of the data from the start.
# After a fork the pages are common until somebody writes. But CPython keeps a reference count in
# every object, so looking at objects writes to them: a child that only reads a list un-shares it.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
MB = 1 << 20


def own_memory():
    """Bytes that no other process shares with this one (USS)."""
    total = 0
    with open('/proc/self/smaps') as smaps:
        for line in smaps:
            if line.startswith(('Private_Clean:', 'Private_Dirty:')):
                total += int(line.split()[1]) * 1024
    return total


def child(pipe, objects, plain):
    start = own_memory()
    plain.count(b'x')
    bytes_read = own_memory()
    for _ in objects:
        pass
    pipe.send([start, bytes_read, own_memory()])


def main():
    plain = bytearray(b'y') * (40 * MB)
    objects = [float(n) for n in range(1200000)]
    near, far = mp.Pipe()
    p = mp.Process(target=child, args=(far, objects, plain))
    p.start()
    start, bytes_read, objects_read = [n / MB for n in near.recv()]
    p.join()
    print('own memory of the child at its start:       %.1f MB' % start)
    print('after reading a bytearray of 40 MB:         %.1f MB' % bytes_read)
    print('after reading a list of 1.2 million floats: %.1f MB' % objects_read)
    return bytes_read - start < 8 and objects_read - bytes_read > 15


if __name__ == '__main__':
    if main():
        print('verdict: pages are common until written, and reading objects writes them')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
