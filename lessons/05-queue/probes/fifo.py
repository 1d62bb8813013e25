# Claim: a queue is first in, first out.
# For each producer, yes. Between producers no: a put() that returned earlier can arrive later.
import multiprocessing
import sys
import threading

mp = multiprocessing.get_context('fork')
MESSAGES = 2000
go_on = threading.Event()


class Slow:
    def __reduce__(self):
        go_on.wait(10)  # the thread that sends for main is held up here
        return str, ('main, first',)


def produce(q, name):
    for n in range(MESSAGES):
        q.put((name, n))


def each_in_order():
    q = mp.Queue()
    children = [mp.Process(target=produce, args=(q, name)) for name in 'abc']
    for p in children:
        p.start()
    got = [q.get(timeout=10) for _ in range(3 * MESSAGES)]
    for p in children:
        p.join()
    return all([n for who, n in got if who == name] == list(range(MESSAGES)) for name in 'abc')


def across():
    q = mp.Queue()
    child = mp.Process(target=q.put, args=('child, second',))
    q.put(Slow())
    child.start()
    child.join()
    go_on.set()
    return [q.get(timeout=10), q.get(timeout=10)]


def main():
    ordered, received = each_in_order(), across()
    print('3 producers, %d messages each, order kept for each: %s' % (MESSAGES, ordered))
    print('main puts, then a child puts; received: %s' % received)
    return ordered and received == ['child, second', 'main, first']


if __name__ == '__main__':
    if main():
        print('verdict: in order for each producer, in no order between producers')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
