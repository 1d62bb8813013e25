"""The identity of an object: its name in the log, the same in every process that holds it.

Numbers objects (`RLock-1`, in a child `RLock-1@PID`), sends their `create` and `name` events, and makes
the keys by which a process that was not forked finds an object again. The tag of an object is an
attribute that is never pickled: other Pythons read what they always read.
"""

import itertools
import os

from . import ledger, place
from .call import Call, join_fields, text_field
from .channel import local, send

_counts = {}
_main = 0
# What follows a number: nothing in the main process, in any other its own.
_suffix = ''


class Tag(object):
    """An object's identity, its counter, the field that names it, alone and behind another, and how to
    take and to release a lock under which it is counted (`sharedctypes`)."""

    __slots__ = ('name', 'slot', 'field', 'after', 'lock')

    def __init__(self, name, slot):
        self.name = name
        self.slot = slot
        self.lock = None
        self.field = text_field('object', name)
        self.after = ',' + self.field


def start(root):
    """Learns which process is the main one, and tells of it if it is this one; whether."""
    global _main
    try:
        _main = int(root)
    except ValueError:
        _main = 0
    forked()
    is_root = not _suffix
    if is_root and ledger.recall('root') is None:
        # A program that replaces itself by exec is started once.
        ledger.remember('root', 'MainProcess', 0)
        tell_start(os.getppid(), 'MainProcess', 'main', False, 'exec')
    return is_root


def tell_start(ppid, name, role, daemon, method):
    """The event of a process whose name is known."""
    send('"kind":"process.start","ppid":%d,%s,"role":"%s","daemon":%s,"method":"%s"' % (
        ppid, text_field('name', name), role, 'true' if daemon else 'false', method))


def forked():
    """In a new process: its objects are numbered from 1, apart from its parent's."""
    global _suffix
    _counts.clear()
    pid = os.getpid()
    _suffix = '' if pid == _main else '@%d' % pid
    starting, local.starting = local.starting, None
    forking, local.forking = local.forking, None
    if forking is not None:
        tell_start(os.getppid(), forking, 'process', False, 'fork')
    elif starting is not None and starting[0]._popen is None:
        # What the parent's thread was in the middle of is not the child's.
        local.submission = local.executing = local.meeting = local.asked = local.lazy = local.item = None
        local.silenced = local.inside = 0
        process, role, method = starting[:3]
        tell_start(os.getppid(), process.name, role, process.daemon, method)


def next_name(kind):
    """The next name of an object of this class in this process."""
    # Threads may make objects of a class at the same time: the counter gives no number twice.
    return '%s-%d%s' % (kind, next(_counts.setdefault(kind, itertools.count(1))), _suffix)


def creator_frame():
    """The frame that makes an object, where the object is the program's own; else None."""
    return None if local.silenced else place.creator()


def new_tag(kind, key=None, name=None):
    """A tag for a new object; `key` is what others may know it by."""
    tag = Tag(name or next_name(kind), ledger.new_slot())
    if key is not None:
        ledger.remember(key, tag.name, tag.slot)
    return tag


def lookup_tag(key):
    """The tag of an object that was made in another process; None where nobody wrote it down."""
    known = None if key is None else ledger.recall(key)
    return None if known is None else Tag(*known)


def tell_create(tag, kind, args='', at=None):
    """The event of an object's creation."""
    Call('create', tag, join_fields(text_field('class', kind), args), at).done()


def tell_name(tag, frame, place_in=0):
    """The event of the name the program gives the object, where the line says it at once."""
    names = place.variables(frame)
    if len(names) > place_in:
        Call('name', tag, text_field('name', names[place_in])).done()
    elif not names:
        from . import names as unknown
        unknown.later(tag)


def tag_of(thing):
    """An object's tag, None where it is nobody's business."""
    return getattr(thing, '_forklore', None)


def by_descriptor(descriptor, side=''):
    """The key of what is behind a descriptor: the same in every process that has it open."""
    try:
        stat = os.fstat(descriptor)
    except (OSError, TypeError, ValueError):
        return None
    return 'fd:%d:%d%s' % (stat.st_dev, stat.st_ino, side)


def by_semaphore(lock):
    """The key of a named semaphore; a forked one has no name and needs none."""
    name = getattr(lock._semlock, 'name', None)
    return None if name is None else 'sem:' + name
