# Claim: when put() has returned, the message is in the queue as it was.
# put() only hands the object to a thread, which pickles it later. An object that can't be pickled
# before main says so holds the thread up here, so that the rest can be seen at leisure.
import multiprocessing
import sys
import threading

mp = multiprocessing.get_context('fork')
go_on = threading.Event()


class Slow:
    def __reduce__(self):
        go_on.wait(10)
        return str, ('slow',)


def main():
    q = mp.Queue()
    q.put(Slow())
    items = [1]
    q.put(items)
    empty = q.empty()
    items.append(2)
    go_on.set()
    first, second = q.get(), q.get()
    print('empty() right after two puts: %s' % empty)
    print('put [1], then appended 2 to it; got: %s' % second)
    return empty and first == 'slow' and second == [1, 2]


if __name__ == '__main__':
    if main():
        print('verdict: put() returns before the message is pickled and sent')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
