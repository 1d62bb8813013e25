# Claim: the main process's last line is printed first because main runs first.
# Here the children can't get on before main lets them, and start() comes back all the same;
# with join() the order is turned round. So only waiting makes an order.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def child(go, done):
    go.wait()
    with done.get_lock():
        done.value += 1


def main():
    go, done = mp.Event(), mp.Value('i', 0)
    children = [mp.Process(target=child, args=(go, done)) for _ in range(3)]
    for p in children:
        p.start()
    before = done.value
    go.set()
    for p in children:
        p.join()
    after = done.value
    print('children done when start() had returned: %d of 3' % before)
    print('children done when join() had returned:  %d of 3' % after)
    return before == 0 and after == 3


if __name__ == '__main__':
    if main():
        print('verdict: start() does not wait for the child, join() does')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
