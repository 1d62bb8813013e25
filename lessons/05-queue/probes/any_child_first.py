# Claim: child 0 takes h1, child 1 takes h2, child 2 takes h3.
# Who asks first takes the first message. The tutorial's order 2, 1, 0 is made here on purpose: each
# child is held back until its turn.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def f(i, q, turn, told):
    turn.wait()
    told.send((i, q.get()))


def run(order):
    q = mp.Queue()
    for n in range(3):
        q.put('h%s' % (n + 1))
    turns = [mp.Event() for _ in range(3)]
    near, far = mp.Pipe()
    children = [mp.Process(target=f, args=(i, q, turns[i], far)) for i in range(3)]
    for p in children:
        p.start()
    seen = []
    for i in order:
        turns[i].set()
        seen.append(near.recv())
    for p in children:
        p.join()
    print('turns %s: %s' % (order, seen))
    return seen


def main():
    return (run((2, 1, 0)) == [(2, 'h1'), (1, 'h2'), (0, 'h3')]
            and run((0, 1, 2)) == [(0, 'h1'), (1, 'h2'), (2, 'h3')])


if __name__ == '__main__':
    if main():
        print('verdict: the messages keep their order, the children have none')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
