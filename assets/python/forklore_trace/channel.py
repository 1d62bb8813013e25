"""The event channel: one descriptor, one packet an event, and whether tracing is on.

Owns the connection to the supervisor, the clock of the run and the thread's own state. Packets go
out blocking and without SIGPIPE. A channel that is gone, closed or no longer the same descriptor
turns tracing off for good; the program goes on and none of its files ever gets a packet.
"""

import _socket
import _thread
import os
import sys
import time

# Least number the descriptor is moved to, as far as the limit of descriptors allows.
_HIGH = (200, 64, 20, 0)
_DUPFD_CLOEXEC = 1030
# Seconds the supervisor has to answer.
_PATIENCE = 10.0
_NOSIGNAL = getattr(_socket, 'MSG_NOSIGNAL', 0x4000)

on = False
_origin = 0
_fd = -1
_inode = None
_send = None

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
    """What a thread is doing: nothing is told while `quiet` is not 0."""

    quiet = 0
    # Identity of the message the thread is about to pickle.
    item = None
    # The process object the thread is starting, with its role and method.
    starting = None
    # What the thread hands to a pool, until the pool has numbered it.
    submission = None
    # Not 0 while an object is made that has a lock of its own (an Array, a Condition).
    inside = 0
    # The barrier meeting the thread is in.
    meeting = None
    # What came of it: the submission the pool has numbered last, one whose parts come one by one.
    numbered = lazy = None
    # Arguments of the object a manager is asked for.
    asked = None
    tid = (0, 0)


local = _Local()


class _Channel(_socket.socket):
    """A socket whose descriptor lives as long as the process: no warning, no early close."""

    def __del__(self):
        pass


def now():
    """Nanoseconds since the run began."""
    return _clock() - _origin


def connect(path):
    """Fetches the descriptor from the supervisor; what it was told with it, or None."""
    global on, _origin
    asking = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    # A supervisor that does not answer is none.
    asking.settimeout(_PATIENCE)
    try:
        asking.connect(path)
        data, rights, _flags, _address = asking.recvmsg(4096, 64)
        told = _fields(data.decode())
        for _level, _kind, descriptors in rights:
            _keep(int.from_bytes(descriptors[:4], sys.byteorder))
            _origin = int(told['origin'])
            on = True
            return told
    except (OSError, KeyError, ValueError):
        return None
    finally:
        asking.close()
    return None


def _fields(text):
    """The fields of a flat JSON object; the json package would cost more than all of the start."""
    fields = {}
    for pair in text.strip().strip('{}').split(','):
        # Values may hold a colon, names do not; none holds a comma.
        name, _, value = pair.partition(':')
        fields[name.strip().strip('"')] = value.strip().strip('"')
    return fields


def _keep(descriptor):
    global _fd, _inode, _send
    import fcntl
    for least in _HIGH:
        try:
            _fd = fcntl.fcntl(descriptor, _DUPFD_CLOEXEC, least)
        except OSError:
            continue
        os.close(descriptor)
        break
    else:
        _fd = descriptor
    _inode = os.fstat(_fd).st_ino
    sock = _Channel(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, _fd)
    sock.settimeout(None)
    _send = sock.send


def inode():
    """Of the channel's socket, for whoever has to tell it from others."""
    return _inode


def off(detail=None):
    """Turns tracing off; says why where somebody may still listen."""
    global on
    if on and detail is not None:
        send('"kind":"fault","fault":"tracing_off","detail":' + quote(detail[:500]))
    on = False


def thread():
    """The field that names the thread; the main thread has none."""
    pid = os.getpid()
    tid = _native_id(pid)
    return '' if tid == pid else '"tid":%d,' % tid


try:
    _get_native_id = _thread.get_native_id

    def _native_id(_pid):
        return _get_native_id()
except AttributeError:  # 3.6, 3.7
    def _native_id(pid):
        if local.tid[0] != pid:
            # A forked child's only thread has the number of its process.
            try:
                tid = int(os.readlink('/proc/thread-self').rpartition('/')[2])
            except (OSError, ValueError):
                tid = pid
            local.tid = (pid, tid)
        return local.tid[1]


def send(fields):
    """Sends an event, given as the JSON of its fields but the first two; whether it went out."""
    if not on:
        return False
    text = '{"t":%d,%s%s}' % (_clock() - _origin, thread(), fields)
    return post(text.encode('utf-8', 'replace'))


def post(packet):
    """Sends a packet; whether it went out."""
    try:
        while True:
            if os.fstat(_fd).st_ino != _inode:
                break
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
