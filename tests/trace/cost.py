"""What tracing costs the program: `cost.py PYTHON…`, microseconds an operation, plain and traced.

Owns the loop. The process that is measured reads its own events between two measurements, so the
figures are what an operation pays for its event and nothing of what others do with it: the median
of many short loops, beside the bare system call that no event can do without.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time

import collector

PROGRAM = r'''
import json, multiprocessing as mp, os, socket, sys, time

inside, outside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
outside.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
for size in (1 << 22, 1 << 20):
    inside.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
outside.setblocking(False)
if 'forklore_trace' in sys.modules:
    from forklore_trace import channel
    channel._keep(os.dup(inside.fileno()))
events = [0]


def drain():
    try:
        while True:
            outside.recv(1 << 16)
            events[0] += 1
    except BlockingIOError:
        pass


def measure(name, step, n=40):
    step()
    drain()
    times = []
    events[0] = 0
    for _ in range(60):
        begun = time.perf_counter()
        for _ in range(n):
            step()
        times.append((time.perf_counter() - begun) / n)
        drain()
    costs[name] = sorted(times)[len(times) // 2] * 1e6, events[0] / n / 60


def turn(lock):
    def step():
        lock.acquire()
        lock.release()
    return step


def within(lock):
    def step():
        with lock:
            pass
    return step


def put():
    array[1] = 3


def add():
    value.value += 1


def simply():
    simple.put(1)
    simple.get()


def pipe():
    one.send(1)
    other.recv()


def queued():
    queue.put(1)
    queue.get()


costs = {}
array, value, event = mp.Array('i', 4), mp.Value('i'), mp.Event()
lock, rlock, semaphore = mp.Lock(), mp.RLock(), mp.Semaphore()
simple, queue = mp.SimpleQueue(), mp.Queue()
one, other = mp.Pipe()
packet = b'-' * 170
if 'forklore_trace' in sys.modules:
    measure('the system call alone', lambda: inside.send(packet, 0x4000))
measure('Lock: acquire, release', turn(lock))
measure('Lock: with', within(lock))
measure('RLock: acquire, release', turn(rlock))
measure('Semaphore: acquire, release', turn(semaphore))
measure('Array: get', lambda: array[1])
measure('Array: set', put)
measure('Value: += 1', add)
measure('Event: set', event.set)
measure('SimpleQueue: put, get', simply)
measure('Pipe: send, recv', pipe)
measure('Queue: put, get', queued)
measure('print', lambda: print('a line of text'))
measure('sleep(0)', lambda: time.sleep(0))
os.write(2, ('COSTS' + json.dumps(costs) + '\n').encode())
'''


def costs(python, traced):
    """Microseconds of each operation, and how many events it sends."""
    env = dict(os.environ)
    for name in ('PYTHONUNBUFFERED', 'FORKLORE_TRACE', 'PYTHONPATH'):
        env.pop(name, None)
    # Its stdout is the run's own, so that what it prints is told.
    ours, theirs = socket.socketpair()
    found = os.fstat(theirs.fileno())
    identity = '%d:%d' % (found.st_dev, found.st_ino)
    with tempfile.TemporaryDirectory() as folder:
        # A program of its own file, as a learner's is: places are looked up as there.
        path = os.path.join(folder, 'program.py')
        with open(path, 'w') as file:
            file.write(PROGRAM)
        if traced:
            door = os.path.join(folder, 'door')
            env.update(PYTHONPATH=collector.PACKAGE, FORKLORE_TRACE=door)
            with open(door + '.greeting', 'w') as greeting:
                json.dump({'origin': 0, 'stdout': 'tty', 'out': identity, 'err': '-'}, greeting)
        said = subprocess.run([python, path], env=env, stdout=theirs if traced else subprocess.DEVNULL,
                              stderr=subprocess.PIPE).stderr.decode()
    ours.close()
    theirs.close()
    return json.loads(said.rpartition('COSTS')[2])


def start(python, traced):
    """Seconds of the shortest of ten runs of nothing."""
    best = 9.0
    for _ in range(10):
        begun = time.monotonic()
        if traced:
            best = min(best, collector.run([python, '-c', 'pass']).lifetime)
        else:
            subprocess.run([sys.executable, '-I', '-c',
                            'import os,sys;os.execv(sys.argv[1],sys.argv[1:])', python, '-c', 'pass'])
            best = min(best, time.monotonic() - begun)
    return best


for python in sys.argv[1:]:
    plain, followed = costs(python, False), costs(python, True)
    print(python)
    print('  %-28s %8s %8s %7s %10s' % ('microseconds', 'plain', 'traced', 'events', 'per event'))
    for name, (after, events) in followed.items():
        before = plain[name][0] if name in plain else 0.0
        print('  %-28s %8.2f %8.2f %7.1f %10s' % (
            name, before, after, events, '%.2f' % ((after - before) / events) if events else '-'))
    print('  %-28s %8.1f %8.1f ms' % (
        'start and end', start(python, False) * 1e3, start(python, True) * 1e3))
