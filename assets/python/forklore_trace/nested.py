"""Values inside a manager's object: a reader gets a copy, and what it does to the copy is lost.

Remembers the lists, dicts and sets that proxies have given out, for a while, and tells of those that
were changed and never assigned back. Holds only containers of plain values, so that nothing of the
program lives longer.
"""

import sys

from . import code, copies, place
from .call import Call, join_fields, text_field, tracing

KINDS = (list, dict, set)
# Words of the requests that give out a value of the object.
READS = ('dict.get', 'list.get', 'namespace.get', 'dict.setdefault', 'get')
_MOST = 64

# What was given out: object, request, value, its content then, and what the program does with it.
_given = []


def forget():
    """In a forked child: what the parent was given is the parent's."""
    del _given[:]


def taken(tag, call, value):
    """A proxy has given out a copy."""
    try:
        if not copies._is_all_plain(value, 3):
            return
        use = code.use_of(_users_frame())
        if use == code.READ:
            return
        _tell([one for one in _given if one[:2] == (tag.name, call.args)])
        if len(_given) < _MOST:
            _given.append((tag.name, call.args, tag, call.at, value, copies.content(value), use))
    except Exception:
        pass


def _users_frame():
    frame = sys._getframe(3)
    # The methods of a proxy are made from strings.
    while frame.f_code.co_filename == '<string>' or place._judge(frame.f_code.co_filename) not in (
            place._USER, place._PACKAGE):
        frame = frame.f_back
    return frame


def written(tag, fields, args):
    """Something is written: a copy that comes back is no copy any more."""
    if not _given:
        return
    for value in args:
        if type(value) in KINDS or type(value) is tuple:
            _given[:] = [one for one in _given if not (one[4] is value or _holds(value, one[4]))]


def _holds(value, part):
    """Whether a value is given back as a part of another, or as an equal one."""
    if type(value) is type(part) and not copies.differs(copies.content(value), copies.content(part)):
        return True
    within = list(value.values()) if type(value) is dict else value
    return any(one is part for one in within)


def tell():
    """Tells of the copies that were changed in vain."""
    _tell(list(_given))


def _tell(some):
    for one in some:
        _given.remove(one)
        _name, args, tag, at, value, before, use = one
        if tracing() and copies.differs(before, copies.content(value)):
            Call('copy.changed', tag, join_fields(
                text_field('key', 'item'), text_field('name', use), args.replace('"key"', '"func"', 1),
                text_field('value', copies.shown(value) or '')), at).done()
