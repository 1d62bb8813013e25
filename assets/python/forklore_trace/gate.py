"""The gate: a lesson's operations are announced and wait for their grants while the supervisor asks for it.

Puts a `Call` in the place of the usual one that says `op.begin` before an operation, waits for one byte, and
ends with `op.end`. The page that says whether to do so is a file beside the door; each process hands the
supervisor the other end of its gate when it says who it is. Only main threads are held: what feeder threads
and the handlers of a pool do is not. A sleep that was granted is over at once, and a `put` comes back when its
bytes are in the pipe, so that whoever is let go next finds them there.
"""

import _socket
import os
import sys

from . import call as calls, channel, identity, ledger
from .channel import local
from .place import at_field

_GO, _EXPIRE, _OPEN, _BEGIN = b'g', b't', b'o', b'b'
# No scheduling points: nobody waits for them, nor they for anybody.
_NOTES = frozenset(('create', 'name', 'attach', 'task.start', 'task.end', 'join_thread', 'exitcode', 'raise', 'drop',
                    'copy.changed', 'inherit'))
# Seconds that a message may take into its pipe before the gate goes on without it.
_FLUSH = 0.5

_page = None
_gate = None
# The process ends by a step of its own: its role is `main` or `process`, and it has not taken it yet.
_leaves = False
# The children this process has started, in the order of their births, but those it has joined.
_started = []


def start(path):
    """Opens the page, where the supervisor has made one; before anything else of the package is loaded."""
    global _page
    try:
        import mmap
        page = os.open(path + '.page', os.O_RDONLY | os.O_CLOEXEC)
        try:
            _page = mmap.mmap(page, 4096, mmap.MAP_SHARED, mmap.PROT_READ)
        finally:
            os.close(page)
    except (OSError, ImportError, ValueError):
        return
    calls.Call = GatedCall
    import atexit
    from . import hooks, stdio, unwritten
    # The first to be registered is the last to be called.
    atexit.register(_leave)
    stdio._tell = _printing(stdio)
    unwritten.begins = lambda at: GatedCall('print', None, '', at)
    hooks.also['multiprocessing.process'] = patch_process
    hooks.before['multiprocessing.util'] = patch_util
    hooks.also['multiprocessing.queues'] = patch_queues
    # Operations that go through at once, without a `Call`, are not held: there are none.
    ledger.counts = lambda slot: False
    usual = identity.tell_start

    def tell_start(*told):
        global _leaves
        role = told[2]
        if role == 'manager':
            # A server is nobody's turn.
            return usual(*told)
        _leaves = role in ('main', 'process')
        identity.send = _announce
        try:
            usual(*told)
        finally:
            identity.send = channel.send
    identity.tell_start = tell_start
    if hasattr(os, 'register_at_fork'):
        os.register_at_fork(after_in_child=_forked)


def _forked():
    """The gate is the parent's; a child that says who it is gets one of its own."""
    global _gate, _leaves
    gate, _gate = _gate, None
    _leaves = False
    del _started[:]
    if gate is not None:
        _socket.close(gate.fileno())


def _announce(fields):
    """A process's first event, with the supervisor's end of its gate; waits until it has been seen."""
    global _gate
    if not channel.on or channel._send is None and not channel._connect():
        return
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    gate = channel._Channel(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, channel.move_high(ours.detach()))
    gate.settimeout(None)
    packet = '{"t":%d,%s}' % (channel.now(), fields)
    rights = theirs.fileno().to_bytes(4, sys.byteorder)
    try:
        channel._send.__self__.sendmsg(
            [packet.encode()], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)], channel._NOSIGNAL)
    except OSError:
        return channel.off()
    finally:
        theirs.close()
    _gate = gate
    _grant()


def _grant():
    """Waits for the supervisor's word; without a supervisor everything is open."""
    global _gate
    try:
        word = _gate.recv(1)
    except OSError:
        word = b''
    if not word:
        _gate = None
    return word or _OPEN


def _is_held(op):
    if _gate is None or not _page[0] or op in _NOTES:
        return False
    field = local.field
    return not (channel._name_thread() if field is None else field)


_Usual = calls.Call


class GatedCall(_Usual):
    """An operation that is announced. `granted` where it was let go, or its time is over."""

    __slots__ = ('granted',)

    def __init__(self, op, tag=None, args='', at=None):
        _Usual.__init__(self, op, tag, args, at_field() if at is None else at)
        self.granted = False
        if not _is_held(op):
            return
        self._tell('op.begin')
        word = _grant()
        if word == _BEGIN:
            self.waiting()
            word = _grant()
            self.waited = False
        self.granted = word != _OPEN

    def _tell(self, kind, ver=None, more='', end=''):
        args = self.args + ',' + more if self.args and more else self.args or more
        channel.send('"kind":"%s","op":"%s"%s%s%s%s,"t0":%d%s' % (
            kind, self.op, '' if self.tag is None else self.tag.after,
            '' if ver is None else ',"ver":%d' % ver, self.at,
            ',"args":{%s}' % args if args else '', self.t0, end))

    def waiting(self):
        """Says that the operation is about to block. One that was granted does not: what it needs is on its way.
        A wait that has to be woken begins with its grant."""
        if not self.waited and (not self.granted or self.op == 'wait'):
            self.waited = True
            self._tell('op.wait')

    def done(self, result=None, ver=None, more='', kind='op', end=''):
        if result is not None:
            end = ',"result":' + channel.quote(result)
        if kind == 'op' and self.granted:
            kind = 'op.end'
        self._tell(kind, ver, more, end)

    def failed(self, error, ver=None, more=''):
        self.done(None, ver, more, end=',"error":' + channel.quote(calls.error_text(error)))


def _printing(stdio):
    """What reaches stdout is seen by others: a step of its own, for each line or each flush."""
    usual = stdio._tell

    def tell(stream, data, *more):
        word = 'print' if stdio._lines else 'flush'
        if stream != 'stdout' or not len(data) or not _is_held(word):
            return usual(stream, data, *more)
        call = GatedCall(word, None, '', None if stdio._lines else '')
        told = usual(stream, data, *more)
        if call.granted:
            call.done()
        return told
    return tell


def _leave(*_):
    """The end of a process, which others may wait for."""
    global _leaves
    if _leaves and _is_held('exit'):
        _leaves = False
        call = GatedCall('exit', None, '', '')
        if call.granted:
            call.done()


def patch_process(module):
    """Has a child end by a step of its own."""
    from . import inline, place
    base = module.BaseProcess
    inline.follow(base, '_bootstrap', _nothing, None, _leave)
    place.set_bottom(base._bootstrap.__code__)
    module._children = _Children(module._children)
    from .hooks import wrap
    from .tracebacks import hide_frames

    def make(original):
        def join(self, *args, **kwargs):
            try:
                original(self, *args, **kwargs)
            except BaseException as error:
                hide_frames(error)
                raise
            if self in _started and self._popen.returncode is not None:
                _started.remove(self)
        return join
    wrap(base, 'join', make)


class _Children(set):
    """The children of a process; it remembers who was started."""

    def add(self, child):
        _started.append(child)
        set.add(self, child)


def patch_util(module):
    """Has a process that is held join all its children at its end, in the order of their births: which of
    them were collected before is luck, and in a set nobody is first."""
    end = module._exit_function
    usual = module.active_children if hasattr(module, 'active_children') else module.process.active_children

    def active_children():
        if _gate is None or not _page[0]:
            return usual()
        return _started + [child for child in usual() if child not in _started]
    end.__defaults__ = tuple(active_children if part is usual else part for part in end.__defaults__)


def _nothing(*_, **__):
    pass


def patch_queues(module):
    """Has a `put` come back when its message is in the pipe."""
    from .hooks import wrap
    from .tracebacks import hide_frames

    def make(original):
        def put(self, *args, **kwargs):
            if not _is_held('put'):
                return original(self, *args, **kwargs)
            try:
                before = _waiting_bytes(self)
                original(self, *args, **kwargs)
                _await_flush(self, before)
            except BaseException as error:
                hide_frames(error)
                raise
        return put
    for owner in (module.Queue, module.JoinableQueue):
        wrap(owner, 'put', make)


def _waiting_bytes(queue):
    """How many bytes lie in the queue's pipe; None where that can't be asked."""
    try:
        import fcntl
        import termios
        return fcntl.ioctl(queue._reader.fileno(), termios.FIONREAD, bytes(4))
    except (OSError, ImportError, ValueError, AttributeError):
        return None


def _await_flush(queue, before):
    import time
    last = time.monotonic() + _FLUSH
    while before is not None and _waiting_bytes(queue) == before and time.monotonic() < last:
        # The feeder needs the interpreter; its own thread tells nobody when it is done.
        _pause(0.0005)


def _pause(seconds):
    import select
    select.select([], [], [], seconds)
