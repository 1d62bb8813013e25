"""Values inside a manager's object: a reader gets a copy, and what it does to the copy is lost.

Remembers the lists, dicts and sets that proxies have given out, for a while, and tells of those that
were changed and never assigned back. Holds only containers of plain values, so that nothing of the
program lives longer.
"""

import sys

from . import code, copies, place
from .call import Call, join_fields, short_repr, text_field, tracing

KINDS = (list, dict, set)
# Words of the requests that give out a value of the object, and of those that give out many.
READS = ('dict.get', 'list.get', 'namespace.get', 'dict.setdefault', 'get')
MANY = ('dict.values', 'dict.items')
_MOST = 64

# What was given out: object, request, value, its content then, and what the program does with it.
_given = []


def forget():
    """In a forked child: what the parent was given is the parent's."""
    del _given[:]


def taken(tag, call, word, args, value):
    """A proxy has given out a copy."""
    try:
        if word in MANY:
            _take_many(tag, call, value)
        elif word in READS and type(value) in KINDS and copies._is_all_plain(value, 3):
            use = code.use_of(_users_frame())
            # Of what is to be there if nothing is, the key alone says where.
            field = text_field('key', short_repr(args[0])) if word == 'dict.setdefault' else call.args
            if use != code.READ:
                _keep(tag, field, call.at, value, use)
        elif word in READS and copies._is_program(type(value)) and code.sets_part(_users_frame()):
            # The copy is dropped as soon as its attribute is set.
            Call('copy.changed', tag, join_fields(
                text_field('key', 'item'), text_field('name', code.KEPT), call.args.replace('"key"', '"func"', 1),
                text_field('value', type(value).__name__)), call.at).done()
    except Exception:
        pass


def _take_many(tag, call, value):
    if type(value) not in (list, tuple):
        return
    parts = [part[1] if type(part) is tuple and len(part) == 2 else part for part in value]
    parts = [part for part in parts[:_MOST] if type(part) in KINDS and copies._is_all_plain(part, 3)]
    if parts and code.only_changes_parts(_users_frame()):
        for part in parts:
            _keep(tag, text_field('key', '…'), call.at, part, code.KEPT)


def _keep(tag, field, at, value, use):
    _tell([one for one in _given if one[:2] == (tag.name, field) and one[4] is not value and field[-3:] != '…"'])
    if len(_given) < _MOST:
        _given.append((tag.name, field, tag, at, value, copies.content(value), use))


def _users_frame():
    frame = sys._getframe(2)
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
