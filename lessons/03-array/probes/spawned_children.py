# Claim: a global Array is shared by all processes.
# Under fork yes. Under spawn the children import the program anew, and each makes an array of
# its own; the lines of the tutorial's listing come out. Given as an argument it is shared always.
import multiprocessing
import os
import sys
import tempfile

temp = multiprocessing.get_context('spawn').Array('i', [11, 22, 33, 44, 55])
LISTING = [[11, 101, 33, 44, 55], [11, 22, 102, 44, 55], [11, 22, 33, 103, 55]]


def use_global(i, pipe):
    temp[i] = 100 + i
    pipe.send(list(temp))


def use_argument(given, i, pipe):
    given[i] = 100 + i
    pipe.send(list(given))


def one_after_the_other(mp, target, args):
    """What each child sees; joined in turn, so each write is done before the next child begins."""
    seen = []
    for i in (1, 2, 3):
        near, far = mp.Pipe()
        p = mp.Process(target=target, args=args + (i, far))
        p.start()
        seen.append(near.recv())
        p.join()
    return seen


def main():
    spawn = multiprocessing.get_context('spawn')
    alone = one_after_the_other(spawn, use_global, ())
    print('spawn, global:    children %s, main %s' % (alone, list(temp)))
    fine = alone == LISTING and list(temp) == [11, 22, 33, 44, 55]

    given = spawn.Array('i', [11, 22, 33, 44, 55])
    seen = one_after_the_other(spawn, use_argument, (given,))
    print('spawn, argument:  children %s, main %s' % (seen, list(given)))
    fine = fine and seen[2] == [11, 101, 102, 103, 55] == list(given)

    seen = one_after_the_other(multiprocessing.get_context('fork'), use_global, ())
    print('fork, global:     children %s, main %s' % (seen, list(temp)))
    return fine and seen[2] == [11, 101, 102, 103, 55] == list(temp)


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        os.environ['TMPDIR'] = folder  # up to Python 3.6 spawned children leave files behind
        fine = main()
    if fine:
        print('verdict: shared under fork; under spawn only when given as an argument')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
