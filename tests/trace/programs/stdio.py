"""What a program may do with its standard streams."""
import os
import subprocess
import sys
import tempfile

print('plain', 'ünïcode', end='!\n')
sys.stdout.write('no newline yet ')
sys.stdout.flush()
print('long ' + 'x' * 70000)
sys.stdout.flush()
sys.stdout.buffer.write(b'bytes \xff\xfe\n')
sys.stdout.flush()
print(sys.stdout.fileno(), sys.stderr.fileno(), sys.stdout.isatty(), sys.stdout.name, sys.stdout.mode,
      sys.stdout.encoding, sys.stderr.errors, file=sys.stderr)
print('error', file=sys.stderr)
saved = os.dup(1)
with tempfile.TemporaryFile() as file:
    os.dup2(file.fileno(), 1)
    print('into the file')
    sys.stdout.flush()
    os.dup2(saved, 1)
    file.seek(0)
    assert file.read() == b'into the file\n'
os.close(saved)
assert subprocess.check_output([sys.executable, '-c', 'print("piped")']) == b'piped\n'
pid = os.fork()
if pid == 0:
    print('forked by hand')
    sys.stdout.flush()
    os._exit(3)
assert os.waitpid(pid, 0)[1] >> 8 == 3
import atexit
atexit.register(print, 'at exit')


class Late(object):
    def __del__(self):
        print('late')


late = Late()
