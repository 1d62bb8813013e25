# Claim: save the example as array.py and run it.
# The file then stands in the way of the standard library's module of that name.
import os
import subprocess
import sys
import tempfile

PROGRAM = '''
from multiprocessing import Array, Process
temp = Array('i', [11, 22, 33, 44, 55])
print(temp[:])
'''


def run_as(name):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, 'w') as out:
            out.write(PROGRAM)
        done = subprocess.run([sys.executable, path], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20)
    last = done.stderr.decode().strip().split('\n')[-1]
    print('%-10s status %d  %s' % (name, done.returncode, last))
    return done.returncode


def main():
    return run_as('shared.py') == 0 and run_as('array.py') != 0


if __name__ == '__main__':
    if main():
        print('verdict: array.py breaks itself, another name works')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
