# Claim: the children end when the main process ends.
# Main is killed with SIGKILL; its children, the daemonic one included, live on as orphans.
import multiprocessing
import os
import signal
import subprocess
import sys
import time

mp = multiprocessing.get_context('fork')


def linger():
    time.sleep(30)


def start_two_and_wait():
    for daemon in (False, True):
        p = mp.Process(target=linger, daemon=daemon)
        p.start()
        print(p.pid, flush=True)
    time.sleep(30)


def parent_of(pid):
    """The parent's PID, or None if the process is gone or only a zombie."""
    try:
        with open('/proc/%d/stat' % pid) as stat:
            fields = stat.read().rpartition(')')[2].split()
    except OSError:
        return None
    return None if fields[0] in 'ZX' else int(fields[1])


def main():
    middle = subprocess.Popen([sys.executable, os.path.abspath(__file__), 'main'],
                              stdout=subprocess.PIPE)
    pids = []
    try:
        pids = [int(middle.stdout.readline()) for _ in range(2)]
        middle.kill()
        middle.wait()
        time.sleep(0.3)
        parents = [parent_of(pid) for pid in pids]
    finally:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        middle.kill()
        middle.wait()
        middle.stdout.close()
    alive = [p is not None and p != middle.pid for p in parents]
    print('alive after main was killed: ordinary child %s, daemonic child %s' % tuple(alive))
    return all(alive)


if __name__ == '__main__':
    if sys.argv[1:] == ['main']:
        start_two_and_wait()
    elif main():
        print('verdict: killed main, living orphans, daemonic or not')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
