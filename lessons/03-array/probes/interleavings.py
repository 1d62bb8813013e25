# Claim: the tutorial's listing, where each process sees only its own write, comes from a shared array.
# First every interleaving of the three processes is tried on paper: one write and three reads each.
# Then the real thing runs many times. What really happens must be among what can happen.
import multiprocessing
import sys

mp = multiprocessing.get_context('fork')
PROCESSES = (1, 2, 3)
ALONE = ((1, 0, 0), (0, 1, 0), (0, 0, 1))  # row i: whose writes process i saw


def explore():
    """All outcomes, one row a process: for each cell, was it already written when it was read?"""
    outcomes, seen = set(), set()

    def go(written, rows):
        if (written, rows) in seen:
            return
        seen.add((written, rows))
        if all(len(row) == 3 for row in rows):
            outcomes.add(rows)
        for i in PROCESSES:
            row = rows[i - 1]
            if i not in written:
                go(written | {i}, rows)  # its write comes first
            elif len(row) < 3:
                read = row + (int(len(row) + 1 in written),)
                go(written, rows[:i - 1] + (read,) + rows[i:])

    go(frozenset(), ((), (), ()))
    return outcomes


def foo(temp, i, pipe):
    temp[i] = 100 + i
    pipe.send([item for item in temp])


def run_once():
    temp = mp.Array('i', [11, 22, 33, 44, 55])
    pipes, children = [], []
    for i in PROCESSES:
        near, far = mp.Pipe()
        p = mp.Process(target=foo, args=(temp, i, far))
        p.start()
        far.close()
        pipes.append(near)
        children.append(p)
    seen = [near.recv() for near in pipes]
    for p in children:
        p.join()
    return tuple(tuple(int(row[i] == 100 + i) for i in PROCESSES) for row in seen)


def main():
    possible = explore()
    print('conceivable: %d, possible: %d' % (2 ** 6, len(possible)))
    print('the listing is possible: %s' % (ALONE in possible))
    pair = any(not rows[a - 1][b - 1] and not rows[b - 1][a - 1]
               for rows in possible for a in PROCESSES for b in PROCESSES if a != b)
    print('possible that two processes both miss the other\'s write: %s' % pair)
    real = set(run_once() for _ in range(100))
    print('100 real runs: %d different outcomes, all among the possible: %s'
          % (len(real), real <= possible))
    return len(possible) == 22 and ALONE not in possible and not pair and real <= possible


if __name__ == '__main__':
    if main():
        print('verdict: impossible; 22 of 64 outcomes can happen, and this is not one of them')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
