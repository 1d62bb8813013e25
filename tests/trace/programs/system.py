"""What a program asks of the system itself: forks, pipes, programs, signals."""
import os
import signal
import subprocess
import sys

sys.stdout.write('not flushed ')
reader, writer = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(reader)
    os.write(writer, b'hello')
    sys.stdout.write('nor this')
    os._exit(3)
os.close(writer)
print(os.read(reader, 10), os.read(reader, 10))
os.close(reader)
print(os.waitpid(pid, 0) == (pid, 3 << 8), os.WEXITSTATUS(3 << 8))
for how in (os.wait, lambda: os.wait3(0)[:2], lambda: os.waitpid(-1, 0), lambda: os.wait4(pid, 0)[:2],
            lambda: (os.waitid(os.P_PID, pid, os.WEXITED).si_pid, 0)):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    print(how() == (pid, 0))
try:
    os.wait()
except ChildProcessError as error:
    print(error)
program = subprocess.Popen(['sh', '-c', 'read line; echo "got $line"; exit 2'], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE)
print(program.communicate(b'x\n'), program.wait(), program.poll(), program.returncode)
print(subprocess.run(['true']).returncode, subprocess.check_output(['echo', 'word']))
for signals in ('terminate', 'kill'):
    with subprocess.Popen(['sleep', '100']) as program:
        getattr(program, signals)()
    print(program.returncode)
for call in (lambda: subprocess.Popen(['/nowhere']), lambda: subprocess.Popen(), lambda: os.close(99),
             lambda: os.waitpid('x', 0), lambda: os.read('x', 1),
             lambda: signal.signal(99, 1), lambda: signal.alarm('x')):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
try:
    subprocess.run(['sleep', '9'], timeout=0.05)
except subprocess.TimeoutExpired as error:
    print(error.cmd)
print(signal.signal(signal.SIGTERM, lambda *_: None), signal.signal(signal.SIGTERM, signal.SIG_DFL) is None)
print(signal.alarm(100), signal.alarm(0) > 90)
print(signal.setitimer(signal.ITIMER_REAL, 100.5), signal.setitimer(signal.ITIMER_REAL, 0)[0] > 90)
print(signal.set_wakeup_fd(-1))
