# Claim: the Manager may be made at the top of the file, without if __name__ == '__main__'.
# Under fork it may. Under spawn and forkserver the server process imports the file, comes to
# that very line and is refused; main gets an EOFError.
import os
import subprocess
import sys
import tempfile

PROGRAM = '''
import multiprocessing
mp = multiprocessing.get_context(%r)
manager = mp.Manager()
dic = manager.dict()

def foo(i):
    dic[i] = 100 + 1

p = mp.Process(target=foo, args=(0,))
p.start()
p.join()
print(dic)
'''


def run(method):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'program.py')
        with open(path, 'w') as out:
            out.write(PROGRAM % method)
        done = subprocess.run([sys.executable, path], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20)
    errors = done.stderr.decode()
    out = done.stdout.decode().strip()
    refused = 'current process has finished its bootstrapping phase' in errors
    told = 'EOFError' in errors
    print('%-10s status %d, stdout %r, RuntimeError in the server: %s, EOFError in main: %s'
          % (method, done.returncode, out, refused, told))
    return done.returncode, out, refused and told


def main():
    return (run('fork') == (0, '{0: 101}', False) and run('spawn') == (1, '', True)
            and run('forkserver') == (1, '', True))


if __name__ == '__main__':
    if main():
        print('verdict: works under fork, fails under spawn and forkserver')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
