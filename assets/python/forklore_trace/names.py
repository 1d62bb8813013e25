"""Names of objects that the line which makes them does not show: `forks[0]`, `locks['a']`, `table.lock`.

Such objects are remembered until the process starts a child. Then they are looked for where the program can
reach them: in the variables of the functions under way and of the main module, and in the lists, tuples, dicts
and plain objects these hold. Nothing of the program runs for it, and what is found nowhere keeps its number.
"""

import sys

from . import place
from .call import Call, text_field

# Values looked at in one search, and objects remembered for it.
_MOST = 5000
_waiting = {}


def later(tag):
    """An object whose name is not known yet."""
    if len(_waiting) < _MOST:
        _waiting[tag.name] = tag


def find():
    """Looks for the objects that wait for a name, and tells the names that are found."""
    if not _waiting:
        return
    left = [_MOST]
    frame = sys._getframe(1)
    while frame is not None and _waiting:
        if place.is_users(frame):
            _search(frame.f_locals, left)
        frame = frame.f_back
    main = sys.modules.get('__main__')
    if main is not None and _waiting:
        _search(main.__dict__, left)
    # What was not found now is looked for no more: it would be looked for at every start.
    _waiting.clear()


def _search(variables, left):
    for name, value in list(variables.items()):
        if type(name) is str and not name.startswith('__'):
            _look(name, value, left, 2)


def _look(name, value, left, depth):
    left[0] -= 1
    if left[0] < 0:
        return
    kind = type(value)
    if kind is list or kind is tuple:
        parts = (('[%d]' % place_in, part) for place_in, part in enumerate(value[:left[0]]))
    elif kind is dict:
        parts = (('[%r]' % key, part) for key, part in list(value.items())[:left[0]]
                 if type(key) in (str, int))
    else:
        fields = _fields(value)
        tag = fields.get('_forklore')
        tag = None if tag is None else _waiting.pop(getattr(tag, 'name', None), None)
        if tag is not None:
            Call('name', tag, text_field('name', name)).done()
        if tag is not None or kind.__module__ not in ('__main__', '__mp_main__'):
            return
        parts = (('.' + key, part) for key, part in list(fields.items()) if type(key) is str)
    if depth:
        for more, part in parts:
            _look(name + more, part, left, depth - 1)


def _fields(value):
    """An object's own attributes; the program's `__getattr__` is not asked."""
    try:
        fields = object.__getattribute__(value, '__dict__')
    except (AttributeError, TypeError):
        return {}
    return fields if type(fields) is dict else {}
