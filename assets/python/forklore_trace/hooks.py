"""Patches a module of `multiprocessing` when the program imports it, and not before.

Provides the finder that stands first in `sys.meta_path`, and `wrap`, which replaces a function. C
functions are replaced by `cfunction`; functions that run the program's own code are changed by
`inline`. The table below names the file that patches each module. If a patch fails, tracing is turned
off and the module stays as it was imported.
"""

import sys

from . import channel, place

# Modules of CPython, and the file here that follows each.
_FOLLOWED = {
    'multiprocessing.context': ('lesson', 'patch_context'),
    'multiprocessing.process': ('process', 'patch'),
    'multiprocessing.util': ('process', 'patch_util'),
    'multiprocessing.spawn': ('process', 'patch_spawn'),
    'multiprocessing.synchronize': ('synchronize', 'patch'),
    'multiprocessing.sharedctypes': ('sharedctypes', 'patch'),
    'multiprocessing.queues': ('queues', 'patch'),
    'multiprocessing.connection': ('connection', 'patch'),
    'multiprocessing.managers': ('managers', 'patch'),
    'multiprocessing.pool': ('pool', 'patch'),
    'multiprocessing.shared_memory': ('shared_memory', 'patch'),
    'subprocess': ('subprocess', 'patch'),
    'atexit': ('atexit', 'patch'),
    'signal': ('signals', 'patch'),
    'concurrent.futures._base': ('futures', 'patch'),
    'concurrent.futures.process': ('executor', 'patch'),
    'concurrent.futures.thread': ('executor', 'patch_thread'),
    'traceback': ('tracebacks', 'patch_traceback'),
    'threading': ('threads', 'patch'),
    'queue': ('threads', 'patch_queue'),
    'inspect': ('tracebacks', 'patch_inspect'),
}


# What else is to be done with a module, before it is patched and after.
before = {}
also = {}


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
    from . import posix, sleep
    sleep.patch()
    posix.patch()
    for name in _FOLLOWED:
        if name in sys.modules:
            _follow(sys.modules[name])
    sys.meta_path.insert(0, _Finder)


def _nothing(_module):
    pass


def _follow(module):
    file, function = _FOLLOWED[module.__name__]
    try:
        before.get(module.__name__, _nothing)(module)
        # As in sitecustomize.py.
        writes_none = sys.dont_write_bytecode
        sys.dont_write_bytecode = writes_none and not place.is_cached()
        try:
            ours = __import__('forklore_trace.' + file, fromlist=['patch'])
        finally:
            sys.dont_write_bytecode = writes_none
        getattr(ours, function)(module)
        also.get(module.__name__, _nothing)(module)
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
    function.__dict__.update(getattr(original, '__dict__', {}))
    function.__wrapped__ = original
    setattr(owner, name, function)
    return function
