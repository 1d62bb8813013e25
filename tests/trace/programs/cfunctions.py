"""C functions that are followed: what anybody can see of them, and what they make of odd arguments."""
import atexit
import copy
import inspect
import multiprocessing as mp
import os
import pickle
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
import xmlrpc.client
from concurrent.futures import Future, ProcessPoolExecutor
from decimal import Decimal
from fractions import Fraction

warnings.simplefilter('ignore')


class Index:
    def __index__(self):
        return 0


class Keeps:
    wait = time.sleep


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        return type(error).__name__, str(error)


def look(function):
    own = function.__self__
    return (repr(function), repr(type(function)), inspect.isbuiltin(function), inspect.isfunction(function),
            inspect.ismethod(function), inspect.isroutine(function), attempt(inspect.signature, function),
            attempt(lambda: function.__dict__), function.__name__, function.__qualname__,
            function.__module__, function.__doc__, function.__text_signature__, repr(own),
            hasattr(function, '__wrapped__'), attempt(setattr, function, 'x', 1), dir(function),
            attempt(pickle.dumps, function), attempt(xmlrpc.client.dumps, (function,)),
            attempt(copy.deepcopy, function) is function)


def show(*values):
    print(re.sub('0x[0-9a-f]+', '0x', repr(values)))


show(look(time.sleep), look(sys.excepthook), sys.excepthook is sys.__excepthook__)
if hasattr(threading, 'excepthook'):
    show(repr(threading.excepthook), attempt(threading.excepthook))
show(pickle.loads(pickle.dumps(time.sleep)) is time.sleep, attempt(Keeps().wait, 0.001))
for args in ((Index(),), (), (1, 2), ('x',), (None,), (-1,), (-1.5,), (float('nan'),), (float('inf'),), (1e30,),
             (Fraction(1, 1000),), (Decimal('0.001'),), (True,), (10 ** 30,), (b'1',), (-Fraction(1),)):
    if args != (True,):
        show(args if not isinstance(args[:1], Index) else '', attempt(time.sleep, *args))
show(attempt(time.sleep, secs=1), attempt(sys.excepthook), attempt(sys.excepthook, 1))
for lock in (mp.Lock(), mp.RLock(), mp.Semaphore(2), mp.BoundedSemaphore(1)):
    acquire, release = lock.acquire, lock.release
    show(look(acquire), look(release), acquire.__self__.kind, sorted(set(lock.__dict__) - {'_forklore'}))
    show(attempt(release), attempt(acquire, 1, 2, 3), attempt(acquire, foo=1), attempt(acquire),
         attempt(acquire, False), attempt(acquire, True, 0), attempt(acquire, block=False),
         attempt(acquire, True, Index()), attempt(acquire, True, 'x'), attempt(acquire, 'x', 0),
         attempt(release), attempt(release), attempt(release, 1), attempt(acquire, True, -1),
         attempt(acquire, True, block=True), attempt(release), attempt(pickle.dumps, lock))

    class Keeps:
        go = acquire
    show(attempt(Keeps().go, False), attempt(release))
for name in ('fork', 'pipe', 'pipe2', 'read', 'write', 'close', '_exit', 'wait', 'waitpid', 'wait3', 'wait4', 'waitid'):
    function = getattr(os, name)
    show(look(function), pickle.loads(pickle.dumps(function)) is function)
    if name not in ('fork', 'pipe', '_exit', 'wait'):
        show(attempt(function), attempt(function, 'x'), attempt(function, 1, 2, 3, 4, 5), attempt(function, foo=1))
for function in (signal.set_wakeup_fd, signal.alarm, signal.setitimer, atexit.register, threading.Lock().acquire,
                 threading.Lock().release, threading.RLock().acquire):
    show(look(function), attempt(function, 'x', 'y', 'z', 1), attempt(function, foo=1))
for thing in (signal.signal, subprocess.Popen, subprocess.Popen.wait, ProcessPoolExecutor.submit, ProcessPoolExecutor,
              Future.result, threading.Thread.join, threading.Condition, threading.Event.wait, queue.Queue.put,
              mp.Process.start, mp.Queue().put, mp.Pool, threading.RLock):
    show(repr(thing), attempt(inspect.signature, thing), thing.__name__, thing.__qualname__, thing.__module__, thing.__doc__)
