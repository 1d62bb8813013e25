"""What a program may see of its own process: numbers of descriptors, paths, modules."""
import os
import sys

with open(os.devnull) as file:
    print(file.fileno())
print([path for path in sys.path if 'forklore' in path or 'assets' in path])
print(sorted(name for name in sys.modules if name in ('json', 'socket', 'threading', 'multiprocessing',
                                                      'traceback', 'ctypes', 'tempfile')))
print('sitecustomize' in sys.modules, sys.stdout.line_buffering or True, sys.argv[1:])
import multiprocessing
print(multiprocessing.Lock(), multiprocessing.RLock(), multiprocessing.Semaphore(3))
with open(os.devnull) as file:
    print(file.fileno())
import inspect
print(inspect.signature(multiprocessing.Process.join))
print(inspect.getsource(multiprocessing.process)[:1] == '#')
