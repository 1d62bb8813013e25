# Claim: ten processes, so ten things at a time.
# join() inside the loop waits for each child before the next is started: one at a time.
# With the joins after the loop they are there together.
import multiprocessing
import sys
import time

mp = multiprocessing.get_context('fork')
PROCESSES = 6


def foo(present, most):
    with present.get_lock():
        present.value += 1
        most.value = max(most.value, present.value)
    deadline = time.monotonic() + 0.3  # work, or until all the others are here
    while most.value < PROCESSES and time.monotonic() < deadline:
        time.sleep(0.005)
    with present.get_lock():
        present.value -= 1


def run(join_inside):
    present, most = mp.Value('i', 0), mp.Value('i', 0)
    begin = time.monotonic()
    children = []
    for _ in range(PROCESSES):
        p = mp.Process(target=foo, args=(present, most))
        p.start()
        children.append(p)
        if join_inside:
            p.join()
    for p in children:
        p.join()
    return most.value, time.monotonic() - begin


def main():
    inside, slow = run(True)
    after, fast = run(False)
    print('join inside the loop: at most %d at a time, %.1f s' % (inside, slow))
    print('join after the loop:  at most %d at a time, %.1f s' % (after, fast))
    return inside == 1 and after > 1 and slow >= 0.3 * PROCESSES


if __name__ == '__main__':
    if main():
        print('verdict: join inside the loop makes them run one after the other')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
