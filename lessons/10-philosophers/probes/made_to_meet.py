# Claim: it has run a hundred times, so it can't hang.
# A barrier after the first fork brings about the one bad order: everybody holds a fork. The second
# one is asked for with a timeout, so that this program ends.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
PHILOSOPHERS = 5


def dine(first, second, meeting, told):
    first.acquire()
    meeting.wait(60)
    told.put(second.acquire(timeout=0.5))
    # Nobody puts a fork down before all have given up.
    meeting.wait(60)


def main():
    forks = [mp.Lock() for _ in range(PHILOSOPHERS)]
    meeting, told = mp.Barrier(PHILOSOPHERS), mp.SimpleQueue()
    children = [mp.Process(target=dine, args=(forks[i], forks[(i + 1) % PHILOSOPHERS], meeting, told))
                for i in range(PHILOSOPHERS)]
    for p in children:
        p.start()
    got = [told.get() for _ in children]
    for p in children:
        p.join()
    print('second forks after half a second: %d of %d' % (sum(got), PHILOSOPHERS))
    return not any(got)


if __name__ == '__main__':
    if main():
        print('verdict: with one fork in every hand nobody ever gets a second one')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
