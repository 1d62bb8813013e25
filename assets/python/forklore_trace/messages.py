"""Messages: how a message's identity travels with it, and how a process looks whether one is there.

Owns the seal: a few bytes behind a pickle's end, which no unpickler reads. So a traced process names
the put that a get takes, and a process that is not traced gets what it would have got. What a message
holds is looked into only where that runs no code of the program.
"""

import itertools
import os
import select
import _pickle

_MARK = b'\x00forklore:'
# Longest seal: the mark, two numbers and a colon.
_TAIL = 64
# Messages larger than this are not unpickled a second time to be shown.
_LARGE = 1 << 16

_count = [0, itertools.count(1)]


def next_item():
    """The identity of a new message of this process."""
    pid = os.getpid()
    if _count[0] != pid:
        _count[:] = [pid, itertools.count(1)]
    return '%d:%d' % (pid, next(_count[1]))


def sealed(data, item):
    """The pickle with the identity behind it."""
    return b''.join((data, _MARK, item.encode('ascii')))


def item_of(data):
    """The identity behind a pickle; None where there is none."""
    tail = bytes(data[-_TAIL:])
    mark = tail.rfind(_MARK)
    if mark < 0:
        return None
    item = tail[mark + len(_MARK):]
    if not item.replace(b':', b'', 1).isdigit():
        return None
    return item.decode('ascii')


class _Plain(_pickle.Unpickler):
    """Reads pickles that name no class and no function."""

    def find_class(self, module, name):
        raise _pickle.UnpicklingError('not plain')


def plain(data):
    """A tuple of the value, if it is small and of Python's own plain types; else an empty one."""
    if len(data) > _LARGE:
        return ()
    import io
    try:
        return (_Plain(io.BytesIO(data)).load(),)
    except Exception:
        return ()


def ready(connection):
    """Whether a `recv` would return at once."""
    return _poll(connection, select.POLLIN, 0)


def room(connection):
    """Whether a small `send` would return at once."""
    return _poll(connection, select.POLLOUT, 0)


def broken(connection):
    """Whether nobody is left to read what would be sent."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLOUT)
    return any(state & (select.POLLERR | select.POLLHUP) for _, state in poll.poll(0))


def await_room(connection):
    """Waits until there is room, or nobody left to read."""
    _poll(connection, select.POLLOUT, None)


def _poll(connection, event, timeout):
    poll = select.poll()
    poll.register(connection.fileno(), event)
    return bool(poll.poll(timeout))
