# Claim: what main printed before start() can come out twice, because the child has a copy of the
# buffer. True of os.fork(); multiprocessing flushes stdout before it forks, and so prevents it.
import os
import subprocess
import sys

BARE = '''
import os
print('before')
pid = os.fork()
if pid:
    os.waitpid(pid, 0)
'''

TIDY = '''
import multiprocessing
print('before')
p = multiprocessing.get_context('fork').Process(target=print, args=('child',))
p.start()
p.join()
'''


def run(program):
    """What it writes to a pipe, where Python keeps its lines in a buffer."""
    environ = dict(os.environ)
    environ.pop('PYTHONUNBUFFERED', None)
    done = subprocess.run([sys.executable, '-c', program], stdout=subprocess.PIPE,
                          env=environ, timeout=20)
    return done.stdout.decode().split()


def main():
    bare, tidy = run(BARE), run(TIDY)
    print('os.fork():        %s' % bare)
    print('multiprocessing:  %s' % tidy)
    return bare == ['before', 'before'] and tidy == ['before', 'child']


if __name__ == '__main__':
    if main():
        print('verdict: twice with os.fork(), once with multiprocessing')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
