# Claim: shared data is taken into the child when it is created, and assigned back to the original
# when the child has finished.
# Main looks while the child is still alive; another child never finishes, it is killed.
import multiprocessing
import os
import signal
import sys

mp = multiprocessing.get_context('fork')


def foo(temp, i, wrote, go_on):
    temp[0] = 100 + i
    wrote.set()
    go_on.wait()


def start(temp, i):
    wrote, go_on = mp.Event(), mp.Event()
    p = mp.Process(target=foo, args=(temp, i, wrote, go_on))
    p.start()
    wrote.wait(10)
    return p, go_on


def main():
    temp = mp.Array('i', [11, 22, 33, 44])
    p, go_on = start(temp, 1)
    seen, alive = temp[0], p.exitcode is None
    go_on.set()
    p.join()
    print('child 1 is alive: %s, main reads %d' % (alive, seen))

    p, _ = start(temp, 2)
    os.kill(p.pid, signal.SIGKILL)
    p.join()
    kept = temp[0]
    print('child 2 was killed (exitcode %d), main reads %d' % (p.exitcode, kept))
    return alive and (seen, kept, p.exitcode) == (101, 102, -9)


if __name__ == '__main__':
    if main():
        print('verdict: seen while the child is alive, kept when it is killed')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
