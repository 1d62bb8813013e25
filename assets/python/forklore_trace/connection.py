"""`multiprocessing.connection`: the ends of the program's own pipes.

Traces `Pipe` and what is sent and received through it. A send is reported before it writes, once there
is room; a receive after it has read. Pipes inside queues, pools and managers have no tag.
"""

from . import messages
from .call import Call, timeout_fields, short_repr, tracing, text_field
from .channel import local
from .hooks import wrap
from .identity import by_descriptor, tell_create, lookup_tag, tell_name, new_tag, creator_frame
from .tracebacks import hide_frames


def _key(connection):
    try:
        return by_descriptor(connection.fileno(), ':r' if connection.readable else ':w')
    except (OSError, ValueError):
        return None


def _method(told):
    """Makes a method that tells of itself; `told(original, self, tag, …)` does it."""
    def make(original):
        def method(self, *args, **kwargs):
            try:
                tag = getattr(self, '_forklore', None)
                if tag is None or not tracing():
                    return original(self, *args, **kwargs)
                return told(original, self, tag, *args, **kwargs)
            except BaseException as error:
                hide_frames(error)
                raise
        return method
    return make


def patch(module):
    """Follows `Pipe`, the unpickling of ends, and the methods of `Connection`."""
    from multiprocessing import reduction
    pickler = reduction.ForkingPickler
    base = module._ConnectionBase

    def make_pipe(original):
        def Pipe(*args, **kwargs):
            frame = creator_frame() if tracing() else None
            ends = original(*args, **kwargs)
            if frame is not None:
                tags = [new_tag('Connection', _key(end)) for end in ends]
                for end, tag, other in zip(ends, tags, reversed(tags)):
                    tell_create(tag, 'Connection', '"of"' + other.field[8:])
                    end._forklore = tag
                for place, tag in enumerate(tags):
                    tell_name(tag, frame, place)
            return ends
        return Pipe

    def make_rebuild(original):
        def rebuild_connection(*args, **kwargs):
            connection = original(*args, **kwargs)
            if tracing():
                tag = lookup_tag(_key(connection))
                if tag is not None:
                    connection._forklore = tag
            return connection
        return rebuild_connection

    def told_send(write, value):
        def send(original, self, tag, *args, **kwargs):
            call = Call('send', tag, text_field('value', short_repr(value(*args, **kwargs))))
            try:
                if self._handle is None or not self._writable:
                    return original(self, *args, **kwargs)
                go, more = write(original, self, *args, **kwargs)
                state = messages.is_writable(self)
                if not state:
                    call.waiting()
                    messages.wait_writable(self)
                    state = messages.is_writable(self)
                if state == 2:
                    return go()
            except BaseException as error:
                call.failed(error)
                raise
            call.done(more=more)
            return go()
        return send

    def write_object(original, self, obj):
        item = messages.next_item()
        data = messages.append_item(pickler.dumps(obj), item)
        return lambda: self._send_bytes(memoryview(data)), text_field('item', item)

    def write_bytes(original, self, buf, offset=0, size=None):
        memoryview(buf)
        return lambda: original(self, buf, offset, size), ''

    def make_send_bytes(original):
        told = _method(told_send(write_bytes, lambda buf, offset=0, size=None: bytes(buf[:2048])))(
            original)

        def send_bytes(self, buf, *args, **kwargs):
            item = local.item
            if item is None:
                return told(self, buf, *args, **kwargs)
            # A queue's feeder sends what it has pickled: the message's identity goes behind it.
            local.item = None
            try:
                return original(self, messages.append_item(buf, item), *args, **kwargs)
            except BaseException as error:
                hide_frames(error)
                raise
        return send_bytes

    def told_recv(read):
        def recv(original, self, tag, *args, **kwargs):
            call = Call('recv', tag)
            more = ''
            try:
                if self._handle is None or not self._readable:
                    return original(self, *args, **kwargs)
                if not messages.is_readable(self):
                    call.waiting()
                if read is None:
                    value = original(self, *args, **kwargs)
                else:
                    data = self._recv_bytes().getbuffer()
                    item = messages.item_of(data)
                    more = '' if item is None else text_field('item', item)
                    value = pickler.loads(data)
            except BaseException as error:
                call.failed(error, more=more)
                raise
            call.done(short_repr(value), more=more)
            return value
        return recv

    def told_poll(original, self, tag, timeout=0.0):
        call = Call('poll', tag, timeout_fields(True, timeout))
        try:
            there = original(self, 0.0)
            if not there and timeout != 0:
                call.waiting()
                there = original(self, timeout)
        except BaseException as error:
            call.failed(error)
            raise
        call.done(str(there))
        return there

    def told_close(original, self, tag):
        if self._handle is not None:
            Call('close', tag).done()
        return original(self)

    wrap(module, 'Pipe', make_pipe)
    wrap(module, 'rebuild_connection', make_rebuild)
    wrap(base, 'send', _method(told_send(write_object, lambda obj: obj)))
    wrap(base, 'send_bytes', make_send_bytes)
    wrap(base, 'recv', _method(told_recv('pickle')))
    wrap(base, 'recv_bytes', _method(told_recv(None)))
    wrap(base, 'poll', _method(told_poll))
    wrap(base, 'close', _method(told_close))
