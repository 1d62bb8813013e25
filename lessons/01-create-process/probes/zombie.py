# Claim: a process that has finished is gone from ps.
# Until its parent has asked for the exit status it stays there as a zombie, STAT Z.
import multiprocessing
import os
import sys
import time

mp = multiprocessing.get_context('fork')


def state(pid):
    try:
        with open('/proc/%d/stat' % pid) as stat:
            return stat.read().rpartition(')')[2].split()[0]
    except OSError:
        return 'gone'


def wait_for(pid, wanted):
    deadline = time.monotonic() + 10
    while state(pid) != wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    return state(pid)


def nothing():
    pass


def main():
    first = mp.Process(target=nothing)
    first.start()
    finished = wait_for(first.pid, 'Z')
    first.join()
    joined = state(first.pid)

    second = mp.Process(target=nothing)
    second.start()
    wait_for(second.pid, 'Z')
    third = mp.Process(target=nothing)
    third.start()
    after_next_start = state(second.pid)
    third.join()
    print('finished, not joined: %s; after join(): %s' % (finished, joined))
    print('another one, after the next start(): %s' % after_next_start)
    return (finished, joined, after_next_start) == ('Z', 'gone', 'gone')


if __name__ == '__main__':
    if main():
        print('verdict: a finished child is a zombie until join() or the next start()')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
