"""What tracing costs: `cost.py PYTHON…`, microseconds an operation, plain and traced.

Owns nothing but the loop; the collector reads beside it on the same machine, as the supervisor does.
"""

import json
import subprocess
import sys
import time

import collector

PROGRAM = r'''
import sys, time
begun = time.perf_counter()
import multiprocessing as mp
def measure(name, step, n=5000):
    step()
    best = 1e9
    for _ in range(3):
        begun = time.perf_counter()
        for _ in range(n):
            step()
        best = min(best, (time.perf_counter() - begun) / n)
    costs[name] = best * 1e6
costs = {}
lock, rlock, semaphore = mp.Lock(), mp.RLock(), mp.Semaphore()
array, value, event = mp.Array('i', 4), mp.Value('i'), mp.Event()
simple, queue = mp.SimpleQueue(), mp.Queue()
one, other = mp.Pipe()
def turn(lock):
    def step():
        lock.acquire()
        lock.release()
    return step
measure('lock: acquire, release', turn(lock))
measure('rlock: acquire, release', turn(rlock))
measure('semaphore: acquire, release', turn(semaphore))
measure('array: get', lambda: array[1])
def put(): array[1] = 3
measure('array: set', put)
def add(): value.value += 1
measure('value: +=', add)
measure('event: set', event.set)
def simply():
    simple.put(1)
    simple.get()
measure('simple queue: put, get', simply)
def pipe():
    one.send(1)
    other.recv()
measure('pipe: send, recv', pipe)
def queued():
    queue.put(1)
    queue.get()
measure('queue: put, get', queued, 2000)
measure('print', lambda: print('a line of text'))
measure('time.sleep(0)', lambda: time.sleep(0))
sys.stderr.write('COSTS' + __import__('json').dumps(costs) + '\n')
'''


def costs(text):
    return json.loads(text.decode().rpartition('COSTS')[2].splitlines()[0])


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
    plain = subprocess.run([python, '-c', PROGRAM], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    plain = costs(plain.stderr)
    traced = costs(collector.run([python, '-c', PROGRAM]).output('stderr'))
    print(python)
    for name in plain:
        print('  %-28s %7.2f  traced %7.2f' % (name, plain[name], traced[name]))
    print('  %-28s %7.1f  traced %7.1f ms' % (
        'start and end', start(python, False) * 1e3, start(python, True) * 1e3))
