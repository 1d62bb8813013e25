# Claim: the blocks are whole, so the lock works.
# Into a pipe each process's lines are written at once, when it ends: whole blocks without any lock.
# On a terminal every line is written as it is printed. The processes here take turns line by line.
import multiprocessing
import os
import pty
import subprocess
import sys

mp = multiprocessing.get_context('fork')
PROCESSES = 3


def foo(barrier, i):
    for item in (100 + i, 22, 33, 44):
        barrier.wait()
        print(i, '----->', item)
    barrier.wait()


def print_without_lock():
    barrier = mp.Barrier(PROCESSES)
    children = [mp.Process(target=foo, args=(barrier, i)) for i in range(PROCESSES)]
    for p in children:
        p.start()
    for p in children:
        p.join()


def into_a_pipe(command, environ):
    return subprocess.run(command, stdout=subprocess.PIPE, env=environ, timeout=20).stdout


def onto_a_terminal(command, environ):
    near, far = pty.openpty()
    p = subprocess.Popen(command, stdout=far, env=environ)
    os.close(far)
    output = b''
    while True:
        try:
            data = os.read(near, 4096)
        except OSError:  # everybody has closed the terminal
            break
        if not data:
            break
        output += data
    os.close(near)
    p.wait()
    return output


def whole(output):
    owners = [line.split()[0] for line in output.decode().splitlines() if '----->' in line]
    changes = sum(a != b for a, b in zip(owners, owners[1:]))
    return len(owners) == 4 * PROCESSES and changes == PROCESSES - 1


def main():
    command = [sys.executable, os.path.abspath(__file__), 'print']
    environ = dict(os.environ)
    environ.pop('PYTHONUNBUFFERED', None)
    piped = whole(into_a_pipe(command, environ))
    terminal = whole(onto_a_terminal(command, environ))
    print('no lock, into a pipe: whole blocks %s; on a terminal: whole blocks %s'
          % (piped, terminal))
    return piped and not terminal


if __name__ == '__main__':
    if sys.argv[1:] == ['print']:
        print_without_lock()
    elif main():
        print('verdict: a pipe makes whole blocks even without a lock')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
