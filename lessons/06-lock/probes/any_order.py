# Claim: the blocks come in the order in which the processes were started.
# The lock goes to whoever comes when it is free. The tutorial's order, 1 0 2 3 4 5 9 7 8 6, is made
# here on purpose: each process is held back before the lock until its turn.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
ORDER = [1, 0, 2, 3, 4, 5, 9, 7, 8, 6]


def foo(lock, temp, i, turn, told):
    turn.wait()
    lock.acquire()
    temp[0] = 100 + i
    told.send((i, list(temp)))
    lock.release()


def main():
    lock, temp = mp.RLock(), mp.Array('i', [11, 22, 33, 44])
    turns = [mp.Event() for _ in range(10)]
    near, far = mp.Pipe()
    children = [mp.Process(target=foo, args=(lock, temp, i, turns[i], far)) for i in range(10)]
    for p in children:
        p.start()
    blocks = []
    for i in ORDER:
        turns[i].set()
        blocks.append(near.recv())
    for p in children:
        p.join()
    print('order of the blocks: %s' % [i for i, _ in blocks])
    return blocks == [(i, [100 + i, 22, 33, 44]) for i in ORDER]


if __name__ == '__main__':
    if main():
        print('verdict: a lock says one at a time, not who is next')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
