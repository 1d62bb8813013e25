# Claim: the GIL makes sure that no update is lost.
# Two processes meet in the middle of their additions: each has read, neither has written. One GIL
# for both would not hinder that either, but there are two: each is a variable of its own process.
import multiprocessing
import os
import sys

mp = multiprocessing.get_context('fork')


def add(counter, met, told):
    before = counter.value
    met.wait(60)
    counter.value = before + 1
    told.put((os.getpid(), before))


def main():
    counter, met, told = mp.Value('i', 0), mp.Barrier(2), mp.SimpleQueue()
    children = [mp.Process(target=add, args=(counter, met, told)) for _ in range(2)]
    for p in children:
        p.start()
    read = [told.get() for _ in children]
    for p in children:
        p.join()
    pids = {pid for pid, _ in read}
    print('%d processes have read %s, the number is %d'
          % (len(pids), [before for _, before in read], counter.value))
    return len(pids) == 2 and counter.value == 1


if __name__ == '__main__':
    if main():
        print('verdict: both were between read and write, each with a GIL of its own')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
