"""A process's own copies of what it shares with nobody, and how they change.

Remembers what variables, arguments and nested values of a manager hold, and finds out later what has
changed. Runs no code of the program: contents are compared by identity, or by value where they are
Python's own plain types. Keeps nothing of the program alive but plain values.
"""

import sys
from collections import deque

_PLAIN = (int, float, complex, bool, str, bytes, type(None))
_HOLDERS = (list, dict, set, deque, bytearray)
# Most elements that are remembered of a variable, of all of them together, and most variables.
_ELEMENTS = 500
_ALL = 4000
_VARIABLES = 200


def _is_program(kind):
    """A class of the program, of objects that are no processes and no threads."""
    return getattr(kind, '__module__', None) in ('__main__', '__mp_main__') and not hasattr(kind, 'start')


def _parts(value):
    """The elements of what can be changed in place; None of anything else."""
    kind = type(value)
    if kind is dict:
        return [part for pair in list(value.items()) for part in pair]
    if kind is bytearray:
        return [bytes(value)]
    if kind in _HOLDERS:
        return list(value)
    if _is_queue(value):
        return list(value.queue)
    if _is_program(kind) and type(getattr(value, '__dict__', None)) is dict:
        return [part for pair in list(value.__dict__.items()) for part in pair]
    return None


def _is_queue(value):
    """A queue between threads."""
    queue = sys.modules.get('queue')
    return queue is not None and type(value) in (queue.Queue, queue.LifoQueue, queue.PriorityQueue)


def _flat(value, depth, into):
    """Marks of all that a value holds: plain values themselves, of others who they are."""
    if type(value) in _PLAIN:
        into.append(value if len(into) < _ELEMENTS else None)
        return
    into.append(('at', id(value)))
    if type(value) in _HOLDERS and len(value) > _ELEMENTS:
        into.append(('holds', len(value)))
        return
    parts = _parts(value) if depth else None
    if parts is None:
        return
    into.append(('holds', len(parts)))
    for part in parts:
        if len(into) >= _ELEMENTS:
            return
        _flat(part, depth - 1, into)


def content(value, depth=3):
    """What a value holds now, to be compared with what it holds later."""
    marks = []
    _flat(value, depth, marks)
    return marks


def differs(before, after):
    """Whether two contents are not the same."""
    return len(before) != len(after) or any(
        type(one) is not type(other) or one != other and one == one
        for one, other in zip(before, after))


def _is_variable(name, value):
    """Whether a name of a module is a variable, and not a part of the program."""
    if name.startswith('__'):
        return False
    kind = type(value)
    return kind in _PLAIN or kind in _HOLDERS or _is_program(kind) and hasattr(value, '__dict__') or _is_queue(value)


def variables(names):
    """The contents of the variables in a module's names."""
    found, size = {}, 0
    for name, value in list(names.items()):
        if type(name) is not str:
            continue
        part_of = [(name, value)]
        if isinstance(value, type) and _is_program(value):
            part_of = [('%s.%s' % (name, part), one) for part, one in list(vars(value).items())
                       if not part.startswith('__')]
        for full, one in part_of:
            if len(found) >= _VARIABLES or size > _ALL:
                return found
            if _is_variable(full, one):
                found[full] = marks = content(one)
                size += len(marks)
    return found


_MISSING = object()


def lookup(names, name):
    """The value of a variable, or of a part of a class."""
    owner, _, part = name.rpartition('.')
    if not owner:
        return names.get(name, _MISSING)
    return vars(names[owner]).get(part, _MISSING) if isinstance(names.get(owner), type) else _MISSING


def changed(before, names):
    """Names of the variables that hold something else now. What was None and was filled in is no
    change to anything that was shared."""
    found = []
    for name, was in before.items():
        value = lookup(names, name)
        if was != [None] and value is not _MISSING and differs(was, content(value)):
            found.append(name)
    return found


def shown(value):
    """A text of the value that no code of the program makes; None where there is none."""
    if _is_queue(value):
        return '%d items' % len(value.queue)
    if _is_all_plain(value, 3):
        return repr(value)[:200]
    if type(value) in _HOLDERS:
        return '%s of %d' % (type(value).__name__, len(value))
    if _parts(value) is None:
        return None
    parts = ['%s=%r' % part for part in vars(value).items() if _is_all_plain(part[1], 2)]
    return ('%s(%s)' % (type(value).__name__, ', '.join(parts)))[:200]


def _is_all_plain(value, depth):
    if type(value) in _PLAIN:
        return True
    if not depth or type(value) not in (list, tuple, dict, set) or len(value) > 100:
        return False
    parts = value if type(value) is tuple else _parts(value)
    return all(_is_all_plain(part, depth - 1) for part in parts)
