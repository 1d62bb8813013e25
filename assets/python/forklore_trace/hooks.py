"""The hooks: patches a module of `multiprocessing` when the program has imported it, not before.

Owns the finder that stands first in `sys.meta_path`, and the way a function is put in another's
place (a C function's is `cfunction`'s, a function that runs the program's code `inline`'s). Which functions is the business of the files named in the table. A patch that fails turns
tracing off; the module is left as it was imported.
"""

import sys

from . import channel

# Modules of CPython, and the file here that follows each.
_FOLLOWED = {
    'multiprocessing.process': ('process', 'patch'),
    'multiprocessing.popen_fork': ('popen', 'patch'),
    'multiprocessing.util': ('process', 'watch_forks'),
    'multiprocessing.spawn': ('process', 'patch_spawn'),
    'multiprocessing.synchronize': ('synchronize', 'patch'),
    'multiprocessing.sharedctypes': ('sharedctypes', 'patch'),
    'multiprocessing.queues': ('queues', 'patch'),
    'multiprocessing.connection': ('connection', 'patch'),
    'multiprocessing.managers': ('managers', 'patch'),
    'multiprocessing.pool': ('pool', 'patch'),
    'traceback': ('tracebacks', 'watch'),
    'threading': ('tracebacks', 'watch_threads'),
    'inspect': ('tracebacks', 'watch_inspect'),
}


class _Loader(object):
    """Loads a module as its own loader does, then has it patched."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _follow(module)


class _Finder(object):
    """Finds nothing by itself: asks the others and puts our loader before theirs."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _FOLLOWED or not channel.on:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, 'find_spec', None)
            if finder is _Finder or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, 'exec_module'):
                    spec.loader = _Loader(spec.loader)
                return spec
        return None


def install():
    """Begins to watch imports; what is imported already is patched at once."""
    from . import sleep
    sleep.patch()
    for name in _FOLLOWED:
        if name in sys.modules:
            _follow(sys.modules[name])
    sys.meta_path.insert(0, _Finder)


def _follow(module):
    file, function = _FOLLOWED[module.__name__]
    try:
        ours = __import__('forklore_trace.' + file, fromlist=['patch'])
        getattr(ours, function)(module)
    except Exception as error:
        channel.off('{}: {}: {}'.format(module.__name__, type(error).__name__, error))


def wrap(owner, name, make):
    """Puts `make(original)` in the place of a function, under its name and its words."""
    original = owner.__dict__[name]
    function = make(original)
    for attribute in ('__module__', '__name__', '__qualname__', '__doc__'):
        value = getattr(original, attribute, None)
        if value is not None:
            setattr(function, attribute, value)
    function.__wrapped__ = original
    setattr(owner, name, function)
    return function
