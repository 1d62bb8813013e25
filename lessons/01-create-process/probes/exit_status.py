# Claim: the program ended with status 0, so its children did well.
# A child raises, another is killed; the program that started them still ends with 0.
import os
import subprocess
import sys
import tempfile

PROGRAM = '''
import multiprocessing, os, signal
mp = multiprocessing.get_context('fork')

def raises():
    raise RuntimeError('no good')

def is_killed():
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == '__main__':
    children = [mp.Process(target=f) for f in (raises, is_killed)]
    for p in children:
        p.start()
    for p in children:
        p.join()
    print([p.exitcode for p in children])
'''


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'program.py')
        with open(path, 'w') as out:
            out.write(PROGRAM)
        run = subprocess.run([sys.executable, path], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, timeout=20)
    codes = run.stdout.decode().strip()
    print('exit codes of the children: %s, of the program: %d' % (codes, run.returncode))
    return codes == '[1, -9]' and run.returncode == 0


if __name__ == '__main__':
    if main():
        print('verdict: only exitcode tells how a child ended')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
