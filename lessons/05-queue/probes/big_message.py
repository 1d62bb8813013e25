# Claim: a child that has put its message is done.
# A message larger than the pipe holds keeps the child alive until somebody reads it; main that
# joins the child before reading waits for ever.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def foo(q, size):
    q.put('x' * size)


def ends_unread(size):
    q = mp.Queue()
    p = mp.Process(target=foo, args=(q, size))
    p.start()
    p.join(1)
    before = not p.is_alive()
    q.get(timeout=10)
    p.join(10)
    after = not p.is_alive()
    if not after:
        p.terminate()
        p.join()
    print('%7d characters: ended before anybody read: %s, after it was read: %s'
          % (size, before, after))
    return before, after


def main():
    return ends_unread(1000) == (True, True) and ends_unread(200000) == (False, True)


if __name__ == '__main__':
    if main():
        print('verdict: a child with an unread big message does not end')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
