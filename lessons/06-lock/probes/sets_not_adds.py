# Claim: the function adds 100 to element 0.
# It sets it to 100 + i; what was there does not matter.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def foo(temp, i):
    temp[0] = 100 + i


def run(first):
    temp = mp.Array('i', [first, 22, 33, 44])
    p = mp.Process(target=foo, args=(temp, 3))
    p.start()
    p.join()
    print('element 0 was %d, is %d' % (first, temp[0]))
    return temp[0]


if __name__ == '__main__':
    if (run(11), run(5000)) == (103, 103):
        print('verdict: it sets the element, it does not add')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
