# Claim: the joins only make main's line come last.
# Without them main comes to its end and shuts the server down while the children still work.
import os
import subprocess
import sys
import tempfile

PROGRAM = '''
import multiprocessing, sys, time
mp = multiprocessing.get_context('fork')

def foo(dic, i):
    time.sleep(0.3)
    dic[i] = 100 + 1
    print(dic.values())

if __name__ == '__main__':
    manager = mp.Manager()
    dic = manager.dict()
    children = [mp.Process(target=foo, args=(dic, i)) for i in range(3)]
    for p in children:
        p.start()
    if sys.argv[1] == 'join':
        for p in children:
            p.join()
    print('main proccess stop')
'''


def run(word):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'program.py')
        with open(path, 'w') as out:
            out.write(PROGRAM)
        done = subprocess.run([sys.executable, path, word], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20)
    lines = done.stdout.decode().split('\n')
    errors = [line for line in done.stderr.decode().split('\n') if 'Error:' in line]
    print('%-8s lines of children %d, status %d, children\'s errors: %s'
          % (word, sum(line.startswith('[') for line in lines), done.returncode, errors[:1]))
    return sum(line.startswith('[') for line in lines), done.returncode


def main():
    return run('join') == (3, 0) and run('no join') == (0, 0)


if __name__ == '__main__':
    if main():
        print('verdict: without join the server goes first and the children fail, status 0')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
