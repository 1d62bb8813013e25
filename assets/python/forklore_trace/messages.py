"""Messages: the identity of a message, and whether one is there.

Appends the identity to a pickle, behind its end, where no unpickler reads. So a traced process knows
which put a get belongs to, and an untraced one gets what it always got. A message is looked into only
if that runs no code of the program.
"""

import io
import itertools
import os
import select
import _pickle

_MARK = b'\x00forklore:'
_LENGTH = len(_MARK)
# The instructions of a pickle that lead out of it: GLOBAL, INST, PERSID, BINPERSID, EXT1 to EXT4,
# STACK_GLOBAL, NEXT_BUFFER, READONLY_BUFFER.
_CALLING = b'ciPQ\x82\x83\x84\x93\x97\x98'
# Longest seal: the mark, two numbers and a colon.
_TAIL = 64
# Messages larger than this are not unpickled a second time to be shown.
_LARGE = 1 << 16

_count = itertools.count(1)
_prefix = '%d:' % os.getpid()


def forked():
    """In a forked child: its messages are its own."""
    global _prefix
    _prefix = '%d:' % os.getpid()


def next_item():
    """The identity of a new message of this process."""
    return _prefix + str(next(_count))


def append_item(data, item):
    """The pickle with the identity behind it."""
    return b''.join((data, _MARK, item.encode('ascii')))


def item_of(data):
    """The identity behind a pickle; None where there is none."""
    tail = bytes(data[-_TAIL:])
    mark = tail.rfind(_MARK)
    if mark < 0:
        return None
    item = tail[mark + _LENGTH:].decode('latin-1')
    return item if item.replace(':', '', 1).isdigit() else None


class _Plain(_pickle.Unpickler):
    """Reads pickles that name no class and no function."""

    def find_class(self, module, name):
        raise _pickle.UnpicklingError('not plain')


def load_plain(data):
    """A tuple of the value, if it is small and of Python's own plain types; else an empty one."""
    if len(data) > _LARGE:
        return ()
    try:
        if len(data.translate(None, _CALLING)) == len(data):
            # No byte of it could be an instruction that imports or asks for anything.
            return (_pickle.loads(data),)
        return (_Plain(io.BytesIO(data)).load(),)
    except Exception:
        return ()


# What is asked of a descriptor, ready to be asked again.
_asking = {}


def is_readable(connection):
    """Whether a `recv` would return at once."""
    return _state(connection.fileno(), select.POLLIN)


def is_writable(connection):
    """Whether a small `send` would return at once: 2 where it would because nobody is left to read it."""
    state = _state(connection.fileno(), select.POLLOUT)
    return 2 if state & (select.POLLERR | select.POLLHUP) else state


def _state(descriptor, event):
    """What poll(2) says now, 0 for nothing."""
    poll = _asking.get((descriptor, event))
    if poll is None:
        if len(_asking) > 1000:
            _asking.clear()
        poll = _asking[descriptor, event] = _poll(descriptor, event)
    try:
        states = poll.poll(0)
    except RuntimeError:
        # Another thread is asking the same.
        states = _poll(descriptor, event).poll(0)
    return states[0][1] if states else 0


def wait_writable(connection):
    """Waits until there is room, or nobody left to read."""
    _poll(connection.fileno(), select.POLLOUT).poll(None)


def _poll(descriptor, event):
    poll = select.poll()
    poll.register(descriptor, event)
    return poll
