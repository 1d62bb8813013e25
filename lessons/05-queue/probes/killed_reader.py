# Claim: a child that is killed harms nobody else.
# Killed while it waits in get(), it takes the queue's reading lock with it: the others find the
# queue empty although a message is there.
import multiprocessing
import os
import queue
import signal
import sys
import time

mp = multiprocessing.get_context('fork')


def foo(q):
    q.get()


def main():
    q = mp.Queue()
    p = mp.Process(target=foo, args=(q,))
    p.start()
    deadline = time.monotonic() + 10
    while q._rlock._semlock._get_value() != 0 and time.monotonic() < deadline:
        time.sleep(0.01)  # until the child is inside get()
    os.kill(p.pid, signal.SIGKILL)
    p.join()
    q.put('h1')
    try:
        got = q.get(timeout=1)
    except queue.Empty:
        got = 'queue.Empty'
    size = q.qsize()
    q.cancel_join_thread()
    print('messages in the queue: %d, get(timeout=1): %s' % (size, got))
    return (size, got) == (1, 'queue.Empty')


if __name__ == '__main__':
    if main():
        print('verdict: a killed reader keeps the lock, nobody can get any more')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
