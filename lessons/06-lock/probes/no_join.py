# Claim: main need not wait, the children are joined at its end anyway.
# Under fork that works. Under spawn (and so under forkserver, the default on Linux since Python
# 3.14) main first removes the names of its locks, then joins; a child that has not opened them by
# then dies. The program's status is 0 all the same.
import os
import subprocess
import sys
import tempfile

PROGRAM = '''
import multiprocessing, sys, time

if __name__ == '__mp_main__':
    time.sleep(0.5)  # a child that is slow to import the program

def foo(lock, temp, i):
    lock.acquire()
    temp[0] = 100 + i
    for item in temp:
        print(i, '----->', item)
    lock.release()

if __name__ == '__main__':
    mp = multiprocessing.get_context(sys.argv[1])
    lock = mp.RLock()
    temp = mp.Array('i', [11, 22, 33, 44])
    children = [mp.Process(target=foo, args=(lock, temp, i)) for i in range(3)]
    for p in children:
        p.start()
    if sys.argv[2] == 'join':
        for p in children:
            p.join()
'''


def run(method, word):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'program.py')
        with open(path, 'w') as out:
            out.write(PROGRAM)
        done = subprocess.run([sys.executable, path, method, word], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20)
    lines = done.stdout.decode().count('----->')
    dead = done.stderr.decode().count('FileNotFoundError: [Errno 2]')
    print('%-6s %-8s lines %2d, children that died of FileNotFoundError %d, status %d'
          % (method, word, lines, dead, done.returncode))
    return lines, dead, done.returncode


def main():
    return (run('fork', 'no join') == (12, 0, 0) and run('spawn', 'no join') == (0, 3, 0)
            and run('spawn', 'join') == (12, 0, 0))


if __name__ == '__main__':
    if main():
        print('verdict: without join it prints nothing under spawn, status 0; with join it works')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
