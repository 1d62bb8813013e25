# Claim: the manager handles one request at a time, so dic[k] += 1 is safe.
# It is two requests, get and set. Another process is made to come in between here.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def add(dic):
    dic['x'] += 1


def let_another_add(dic):
    p = mp.Process(target=add, args=(dic,))
    p.start()
    p.join()
    return 1


def main():
    with mp.Manager() as manager:
        dic = manager.dict(x=0)
        dic['x'] = dic['x'] + let_another_add(dic)
        result = dic['x']
    print('two processes add 1 to 0: %d' % result)
    return result == 1


if __name__ == '__main__':
    if main():
        print('verdict: += is a get and a set, and an update can be lost')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
