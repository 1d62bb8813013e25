# Claim: save the example as queue.py and run it.
# The file then stands in the way of the standard library's module of that name, for itself and
# for every other program in the folder.
import os
import subprocess
import sys
import tempfile

PROGRAM = '''
from multiprocessing import Queue
q = Queue()
q.put('h1')
print(q.get())
'''


def status(folder, name):
    done = subprocess.run([sys.executable, os.path.join(folder, name)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=20)
    last = done.stderr.decode().strip().split('\n')[-1]
    print('%-10s status %d  %s' % (name, done.returncode, last))
    return done.returncode


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in ('queue.py', 'other.py'):
            with open(os.path.join(folder, name), 'w') as out:
                out.write(PROGRAM)
        broken = status(folder, 'queue.py') != 0 and status(folder, 'other.py') != 0
        os.remove(os.path.join(folder, 'queue.py'))
        return broken and status(folder, 'other.py') == 0


if __name__ == '__main__':
    if main():
        print('verdict: queue.py breaks itself and its neighbours')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
