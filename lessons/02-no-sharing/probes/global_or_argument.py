# Claim: a list is not shared because it is a global variable; as an argument it would be.
# As an argument it is a copy as well, under every start method.
import multiprocessing
import sys


def foo(given, pipe):
    given.append('child')
    pipe.send(given)


def main():
    fine = True
    for method in multiprocessing.get_all_start_methods():
        mp = multiprocessing.get_context(method)
        given = []
        near, far = mp.Pipe()
        p = mp.Process(target=foo, args=(given, far))
        p.start()
        seen = near.recv()
        p.join()
        print('%-10s child %s, main %s' % (method, seen, given))
        fine = fine and seen == ['child'] and given == []
    return fine


if __name__ == '__main__':
    if main():
        print('verdict: an argument is a copy too')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
