# Claim: a Lock notices that it is part of a circle and raises an error.
# Two processes take two locks crosswise. Nobody raises anything; the timeout ends it.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')


def cross(first, second, meeting, told):
    try:
        first.acquire()
        meeting.wait(60)
        told.put('got it' if second.acquire(timeout=0.5) else 'still waits')
        meeting.wait(60)
    except Exception as error:
        told.put(repr(error))


def main():
    a, b = mp.Lock(), mp.Lock()
    meeting, told = mp.Barrier(2), mp.SimpleQueue()
    children = [mp.Process(target=cross, args=(*locks, meeting, told)) for locks in ((a, b), (b, a))]
    for p in children:
        p.start()
    words = [told.get() for _ in children]
    for p in children:
        p.join()
    print('after half a second: %s' % words)
    return words == ['still waits', 'still waits']


if __name__ == '__main__':
    if main():
        print('verdict: both wait without a word; only a timeout ends it')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
