# Claim: each process holds its own data; by default nothing is shared.
# A global list, a child that appends to it, every start method of this platform.
import multiprocessing
import os
import sys

li = []


def foo(i, pipe):
    li.append(i)
    pipe.send((li, id(li)))


def ask(method):
    mp = multiprocessing.get_context(method)
    lists, addresses = [], []
    for i in range(3):
        near, far = mp.Pipe()
        p = mp.Process(target=foo, args=(i, far))
        p.start()
        seen, address = near.recv()
        p.join()
        lists.append(seen)
        addresses.append(address == id(li))
    return lists, addresses


def main():
    fine = True
    for method in multiprocessing.get_all_start_methods():
        lists, same = ask(method)
        print('%-10s children %s, main %s' % (method, lists, li))
        fine = fine and lists == [[0], [1], [2]] and li == []
        if method == 'fork':
            print('%-10s same address of the list in all four: %s' % ('', all(same)))
            fine = fine and all(same)
    return fine


if __name__ == '__main__':
    if main():
        print('verdict: one list in each process, even at the same address')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
