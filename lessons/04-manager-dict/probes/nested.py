# Claim: a Manager dict behaves like a dict.
# What is inside a value is a copy: changing it changes the copy and is lost, unless the value is
# assigned again or is a proxy itself.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def foo(dic):
    dic['plain'].append(1)
    again = dic['again']
    again.append(1)
    dic['again'] = again
    dic['proxy'].append(1)


def main():
    with mp.Manager() as manager:
        dic = manager.dict(plain=[], again=[], proxy=manager.list())
        p = mp.Process(target=foo, args=(dic,))
        p.start()
        p.join()
        plain, again, proxy = dic['plain'], dic['again'], list(dic['proxy'])
    print('append in the child: %s, assigned again: %s, a list of the manager: %s'
          % (plain, again, proxy))
    return (plain, again, proxy) == ([], [1], [1])


if __name__ == '__main__':
    if main():
        print('verdict: a change inside a value is lost')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
