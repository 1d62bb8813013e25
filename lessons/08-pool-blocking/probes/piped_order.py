# Claim: the output comes in the order of the tasks.
# On a terminal. Into a pipe each worker's lines come when it ends, so the lines stand worker by
# worker, not in the order in which they were printed.
import multiprocessing
import os
import subprocess
import sys

mp = multiprocessing.get_context('fork')


def func(i):
    print('hello', i, 'worker', os.getpid())


def run_pool():
    pool = mp.Pool(processes=3)
    for i in range(12):
        pool.apply(func, (i,))
    pool.close()
    pool.join()
    print('successful')


def main():
    environ = dict(os.environ)
    environ.pop('PYTHONUNBUFFERED', None)
    done = subprocess.run([sys.executable, os.path.abspath(__file__), 'pool'],
                          stdout=subprocess.PIPE, env=environ, timeout=20)
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    workers = [line[3] for line in lines if line[0] == 'hello']
    order = [int(line[1]) for line in lines if line[0] == 'hello']
    changes = sum(a != b for a, b in zip(workers, workers[1:]))
    print('tasks 0 to 11 as they stand in the pipe: %s' % order)
    print('workers: %d, blocks: %d' % (len(set(workers)), changes + 1))
    return sorted(order) == list(range(12)) and changes + 1 == len(set(workers))


if __name__ == '__main__':
    if sys.argv[1:] == ['pool']:
        run_pool()
    elif main():
        print('verdict: a pipe shows each worker\'s lines as one block')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
