"""The event channel: one descriptor, one packet for each event.

Connects to the supervisor, knows when the run began, and keeps the state of each thread. A process that
has nothing to report holds no descriptor: the first event fetches it. Sends block and raise no
SIGPIPE. If the channel is gone, was closed, or its descriptor is another one now, tracing is turned
off for good. The program goes on, and none of its own files ever gets a packet.
"""

import _socket
import _thread
import os
import sys
import time

_DUPFD_CLOEXEC = 1030
# Descriptors of ours are numbered from here on at least, where the limit allows it …
_HIGH = 1024
# … and not above this: the kernel's table of descriptors grows with the highest number.
_HIGHEST = 1 << 16
# Seconds the supervisor has to answer.
_PATIENCE = 10.0
_NOSIGNAL = getattr(_socket, 'MSG_NOSIGNAL', 0x4000)

on = False
# Tells what stdout's buffer holds and nobody knows of, before anything else is told; None where all is known.
untold = None
_path = None
_origin = 0
_fd = -1
_inode = None
_send = None
# The descriptor's number is so low that the program may come to use it for a file of its own.
_within_reach = True

try:
    _clock = time.monotonic_ns
except AttributeError:  # 3.6
    def _clock(read=time.monotonic):
        return int(read() * 1e9)

try:
    from _json import encode_basestring as quote
except ImportError:
    from json.encoder import py_encode_basestring as quote


class _Local(_thread._local):
    """What a thread is doing: nothing is told while `silenced` is not 0."""

    silenced = 0
    # The field that names the thread; None until it is known, empty for the main thread.
    field = None
    # Identity of the message the thread is about to send, and the place where it was put.
    item, put_at = None, ''
    # The process object the thread is starting, with its role and method.
    starting = None
    # The name of the child the thread is about to fork, and the call of a program it starts.
    forking = launching = None
    # What the thread hands to a pool or an executor, until that has numbered it.
    submission = executing = None
    # Not 0 while an object is made that has a lock of its own (an Array, a Condition).
    inside = 0
    # The barrier meeting the thread is in.
    meeting = None
    # What came of it: the submission the pool has numbered last, one whose parts come one by one.
    numbered = lazy = None
    # The put or get of a thread's queue that the thread is in, until it has come to its moment.
    moving = None
    # Arguments of the object a manager is asked for; in its server, the address while it makes a pool.
    asked = serving = None


local = _Local()


class _Channel(_socket.socket):
    """A socket whose descriptor lives as long as the process: no warning, no early close."""

    def __del__(self):
        pass


def now():
    """Nanoseconds since the run began."""
    return _clock() - _origin


def start(path):
    """Learns what the supervisor tells everybody; its fields, or None where there is no supervisor."""
    global on, _origin, _path
    try:
        told = open(path + '.greeting', 'rb', 0)
        try:
            fields = _fields(told.read(4096).decode())
        finally:
            told.close()
        _origin = int(fields['origin'])
    except (OSError, KeyError, ValueError):
        return None
    _path = path
    on = True
    return fields


def _fields(text):
    """The fields of a flat JSON object; the json package would cost more than all of the start."""
    fields = {}
    for pair in text.strip().strip('{}').split(','):
        # Values may hold a colon, names do not; none holds a comma.
        name, _, value = pair.partition(':')
        fields[name.strip().strip('"')] = value.strip().strip('"')
    return fields


def _connect():
    """Fetches the descriptor; whether it is there."""
    asking = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    try:
        # A supervisor that does not answer is none.
        asking.settimeout(_PATIENCE)
        asking.connect(_path)
        _data, rights, _flags, _address = asking.recvmsg(4096, 64)
        for _level, _kind, descriptors in rights:
            _keep(int.from_bytes(descriptors[:4], sys.byteorder))
            return True
    finally:
        asking.close()
    return False


def _keep(descriptor):
    global _fd, _inode, _send, _within_reach
    _fd = move_high(descriptor)
    _within_reach = _fd < _HIGH
    _inode = os.fstat(_fd).st_ino
    sock = _Channel(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, _fd)
    sock.settimeout(None)
    _send = sock.send


def move_high(descriptor):
    """Moves a descriptor to a number that the program is not given and does not look at: above its
    limit of descriptors if that can be raised for a moment, else as high as it goes."""
    import fcntl
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    bound = _HIGHEST if soft == resource.RLIM_INFINITY else min(soft, _HIGHEST)
    try:
        if bound == soft < _HIGHEST:
            least = max(soft, _HIGH)
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (
                    least + 16, hard if hard == resource.RLIM_INFINITY else max(hard, least + 16)))
                try:
                    return fcntl.fcntl(descriptor, _DUPFD_CLOEXEC, least)
                finally:
                    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            except (OSError, ValueError):
                pass
        for least in range(bound - 1, 2, -1):
            try:
                return fcntl.fcntl(descriptor, _DUPFD_CLOEXEC, least)
            except OSError:
                pass
        return os.dup(descriptor)
    finally:
        os.close(descriptor)


def inode():
    """Of the channel's socket, for whoever has to tell it from others; None without one."""
    return _inode


def off(detail=None):
    """Turns tracing off; says why where somebody may still listen."""
    global on
    if on and detail is not None:
        send('"kind":"fault","fault":"tracing_off","detail":' + quote(detail[:500]))
    on = False


class _Thread(object):
    """Goes with its thread's own variables, and tells then of the thread's end."""

    __slots__ = ('field', 'pid')

    def __init__(self, field):
        self.field, self.pid = field, os.getpid()

    def __del__(self):
        try:
            # A forked child has this of threads that it has not.
            if on and os.getpid() == self.pid:
                send('"kind":"op","op":"thread.end","t0":%d' % now(), self.field)
        except Exception:
            # At the very end, when modules are empty.
            pass


def thread_name():
    """The calling thread's name for the program; empty where it has none."""
    threading = sys.modules.get('threading')
    thread = getattr(threading, '_active', {}).get(_thread.get_ident())
    return str(getattr(thread, 'name', ''))


def _name_thread():
    """The field that names the calling thread; the main thread has none. Any other is told of first."""
    pid = os.getpid()
    tid = _native_id(pid)
    local.field = field = '' if tid == pid else '"tid":%d,' % tid
    if field:
        local.thread = _Thread(field)
        send('"kind":"op","op":"thread.start","args":{"name":%s},"t0":%d' % (quote(thread_name()), now()))
    return field


try:
    _get_native_id = _thread.get_native_id

    def _native_id(_pid):
        return _get_native_id()
except AttributeError:  # 3.6, 3.7
    def _native_id(pid):
        try:
            return int(os.readlink('/proc/thread-self').rpartition('/')[2])
        except (OSError, ValueError):
            return pid


def forked():
    """In a forked child: its only thread is the main one."""
    local.field = ''


def send(fields, field=None):
    """Sends an event, given as the JSON of its fields but the first two (`field` is the second); whether
    it went out."""
    if not on:
        return False
    if untold is not None:
        untold()
    if field is None:
        field = local.field
        if field is None:
            field = _name_thread()
    text = f'{{"t":{_clock() - _origin},{field}{fields}}}'
    try:
        packet = text.encode()
    except UnicodeEncodeError:
        packet = text.encode('utf-8', 'replace')
    try:
        if _send is None and not _connect():
            raise OSError
        while not _within_reach or os.fstat(_fd).st_ino == _inode:
            try:
                _send(packet, _NOSIGNAL)
                return True
            except BlockingIOError:
                _wait_for_room()
    except OSError as error:
        # Too long for a packet: this one is lost, the channel is not.
        if error.errno == 90:
            return False
    off()
    return False


def _wait_for_room():
    import select
    poll = select.poll()
    poll.register(_fd, select.POLLOUT)
    poll.poll()
