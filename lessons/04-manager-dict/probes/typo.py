# Claim: each child stores its own number, 100 + i.
# The tutorial's line says 100 + 1, and its listing shows ten times 101: the typo was run.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def as_printed(dic, i):
    dic[i] = 100 + 1


def as_meant(dic, i):
    dic[i] = 100 + i


def run(target):
    with mp.Manager() as manager:
        dic = manager.dict()
        for i in range(10):
            p = mp.Process(target=target, args=(dic, i))
            p.start()
            p.join()
        return dic.values()


def main():
    printed, meant = run(as_printed), run(as_meant)
    print('100 + 1: %s' % printed)
    print('100 + i: %s' % meant)
    return printed == [101] * 10 and meant == list(range(100, 110))


if __name__ == '__main__':
    if main():
        print('verdict: 100 + 1 is a typo for 100 + i, and the listing has it')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
