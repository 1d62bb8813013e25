"""Replacements for C functions that are C functions.

Makes a builtin with the name, the docstring and the signature of the original. Its C code is
`PyObject_Call` (or one of that kind), its `__self__` an object of ours that Python calls. So it binds to
no class, looks the same to `inspect` and `pickle`, and adds no frame of its own. A Python without
`_ctypes` gets a Python function instead.
"""

import sys
import types

try:
    if sys.implementation.name != 'cpython':
        raise ImportError
    import _ctypes
except ImportError:
    _ctypes = None

# How a C function takes its arguments (METH_…), and what of CPython's calls its `self` with these.
_ONE, _NONE, _ANY = 8, 4, 3
_CALLS = {_ONE: 'PyObject_CallOneArg', _NONE: 'PyObject_CallNoArgs', _ANY: 'PyObject_Call'}
# One definition for each original's own; like the original's, they are there to the very end.
_definitions = {}
_raw = None


class _Raw(object):
    """CPython's own functions by their addresses."""

    def __init__(self):
        class Object(_ctypes._SimpleCData):
            _type_ = 'O'

        class Pointer(_ctypes._SimpleCData):
            _type_ = 'P'

        class Int(_ctypes._SimpleCData):
            _type_ = 'i'

        class Size(_ctypes._SimpleCData):
            _type_ = 'l'

        class Definition(_ctypes.Structure):
            """PyMethodDef."""
            _fields_ = [('name', Pointer), ('call', Pointer), ('flags', Int), ('doc', Pointer)]

        class Function(_ctypes.CFuncPtr):
            _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_PYTHONAPI

        def function(name, result, *arguments):
            made = Function(_ctypes.dlsym(program, name))
            made.restype, made.argtypes = result, arguments
            return made

        program = _ctypes.dlopen(None, 0)
        self.pointer, self.definition = Pointer, Definition
        self.calls = {}
        for flags, name in _CALLS.items():
            try:
                self.calls[flags] = _ctypes.dlsym(program, name)
            except OSError:  # before 3.9
                pass
        self.make = function('PyCFunction_NewEx', Object, Pointer, Object, Object)
        self.keep = function('Py_IncRef', None, Object)
        self._set_handled = function('PyErr_SetExcInfo', None, Object, Object, Object)
        self._map = function('mmap', Pointer, Pointer, Size, Int, Int, Int, Size)
        self._view = function('PyMemoryView_FromMemory', Object, Pointer, Size, Int)

    def handle(self, error, traceback):
        """Has the exception that is being handled raised again with this traceback."""
        handled = (type(error), error, traceback)
        for part in handled:
            # The function keeps what it is given.
            self.keep(part)
        self._set_handled(*handled)

    def mapped(self, descriptor, size):
        """A file's memory, shared and for ever, without a second descriptor."""
        at = self._map(None, size, 3, 1, descriptor, 0)
        if at in (None, (1 << 64) - 1, (1 << 32) - 1):
            raise OSError('no room')
        return self._view(at, size, 0x200)

    def definition_of(self, original):
        """The definition a builtin is made from: the word behind its object's head."""
        at = self.pointer.from_address(id(original) + object.__basicsize__).value
        return at, self.definition.from_address(at)


def raw():
    """CPython's functions; None where they can't be reached."""
    global _raw
    if _raw is None:
        try:
            _raw = _Raw() if _ctypes is not None else False
        except Exception:
            _raw = False
    return _raw or None


class _Module(types.ModuleType):
    """A module's double; what it has is the module's."""

    def __getattr__(self, name):
        return getattr(sys.modules[self.__name__], name)


def in_module(original, call):
    """A builtin in the place of a module's `original`: calls `call`, and its module stays its `self`."""
    double = type('module', (_Module,), {'__call__': staticmethod(call)})(original.__module__)
    for name in ('__spec__', '__loader__'):
        setattr(double, name, getattr(original.__self__, name, None))
    return like(original, double)


def put(module, name, made):
    """Puts what was made in the place of a module's original, and where the original is pickled from."""
    original = getattr(module, name)
    setattr(module, name, made)
    home = sys.modules.get(original.__module__)
    if getattr(home, original.__name__, None) is original:
        setattr(home, original.__name__, made)


def like(original, owner):
    """A builtin that looks like `original` and calls `owner`, which is its `self`."""
    known = raw()
    if known is None:
        return _function(original, owner)
    at, usual = known.definition_of(original)
    definition = _definitions.get(at)
    if definition is None:
        definition = known.definition()
        definition.name, definition.doc = usual.name, usual.doc
        definition.flags = usual.flags if usual.flags in known.calls else _ANY
        definition.call = known.calls[definition.flags]
        known.keep(definition)
        _definitions[at] = definition
    return known.make(_ctypes.addressof(definition), owner, original.__module__)


def _function(original, owner):
    def function(*args, **kwargs):
        return owner(*args, **kwargs)
    function.__name__ = original.__name__
    function.__qualname__ = original.__qualname__
    function.__doc__ = original.__doc__
    function.__module__ = original.__module__
    return function
