"""`multiprocessing.queues`: `Queue`, `JoinableQueue`, `SimpleQueue` and their messages.

`put` and `get` do what CPython's do, on CPython's own parts, so that their events stand where they are
true: a put before its message can be seen; a get while no other reader takes anything, and before its
slot is free again. If a step would be refused (a closed queue), CPython's own method is called for its
own error.
"""

import time
import weakref
from collections import deque

from . import copies, messages, nested
from .call import Call, timeout_fields, short_repr, tracing, text_field
from .channel import local
from .hooks import wrap
from .identity import by_semaphore, tell_create, lookup_tag, tell_name, new_tag, creator_frame
from .steps import attempt, silently
from .tracebacks import hide_frames


class _Outbox(deque):
    """The buffer a queue's feeder empties, with each message's identity beside it."""

    def __init__(self, tag=None):
        deque.__init__(self)
        self.items = deque()
        self.tag = tag
        # What containers hold when they are put, by their items: they may change before they are sent.
        self.put = {}

    def append(self, message, item=None, at=''):
        if type(message) in nested.KINDS and len(self.put) < 100:
            self.put[item] = copies.content(message)
        self.items.append((item, at))
        deque.append(self, message)

    def popleft(self):
        message = deque.popleft(self)
        # The feeder sends it next, in this thread (`connection` seals it).
        local.item, local.put_at = item, at = self.items.popleft()
        if item in self.put:
            if copies.differs(self.put.pop(item), copies.content(message)):
                Call('copy.changed', self.tag, '"key":"put",%s,%s' % (
                    text_field('item', item), text_field('value', copies.shown(message) or '')), at).done()
        return message

    def clear(self):
        deque.clear(self)
        self.items.clear()


# The queues of this process that have something to send, or had.
_sending = []


def tell_unsent():
    """At an end that no feeder outlives: what each queue still has, and nobody will get."""
    for tag, known in _sending[:100]:
        queue = known()
        if queue is not None and len(queue._buffer):
            Call('drop', tag, '"key":"queue","n":%d' % len(queue._buffer)).done()


def forked():
    """In a forked child: what the parent had to send is the parent's."""
    del _sending[:]


def _key(queue):
    return by_semaphore(queue._rlock)


def _tagged(queue):
    """The queue's tag, looked for once where it came by pickle."""
    try:
        return queue.__dict__['_forklore']
    except KeyError:
        queue._forklore = tag = lookup_tag(_key(queue))
        return tag


def _method(told):
    def make(original):
        def method(self, *args, **kwargs):
            try:
                tag = _tagged(self) if tracing() else None
                if tag is None:
                    return original(self, *args, **kwargs)
                return told(original, self, tag, *args, **kwargs)
            except BaseException as error:
                hide_frames(error)
                raise
        return method
    return make


def _init(kind, args):
    def make(original):
        def __init__(self, *given, **named_given):
            frame = creator_frame() if tracing() else None
            local.silenced += 1
            try:
                original(self, *given, **named_given)
            except BaseException as error:
                hide_frames(error)
                raise
            finally:
                local.silenced -= 1
            # Who made it is known here: nobody has to look for it later.
            self._forklore = tag = None if frame is None else new_tag(kind, _key(self))
            if tag is not None:
                tell_create(tag, kind, args(self))
                tell_name(tag, frame)
        return __init__
    return make


def _asked(original, call, self, *args, **kwargs):
    """The original method, for what it raises."""
    try:
        return original(self, *args, **kwargs)
    except BaseException as error:
        call.failed(error)
        raise


def _ask(op):
    """A method that only asks, or changes nothing between processes."""
    def told(original, self, tag):
        call = Call(op, tag)
        value = attempt(call, original, self)
        call.done(None if value is None else str(value))
        return value
    return _method(told)


def patch(module):
    """Follows the three classes."""
    pickler = module._ForkingPickler
    # As they are without us: what goes through these pipes is told here.
    ends = module.connection._ConnectionBase
    send_bytes = getattr(ends.send_bytes, '__wrapped__', ends.send_bytes)
    recv_bytes = getattr(ends.recv_bytes, '__wrapped__', ends.recv_bytes)
    Full, Empty = module.Full, module.Empty

    def put(original, self, tag, obj, block=True, timeout=None):
        call = Call('put', tag, text_field('value', short_repr(obj)) + (
            '' if block and timeout is None else ',' + timeout_fields(block, timeout)).rstrip(','))
        if self._closed:
            return _asked(original, call, self, obj, block, timeout)
        try:
            if not self._sem.acquire(False):
                if not block:
                    raise Full
                call.waiting()
                if not self._sem.acquire(block, timeout):
                    raise Full
        except BaseException as error:
            call.failed(error)
            raise
        unfinished = getattr(self, '_unfinished_tasks', None)
        item = messages.next_item()
        with self._notempty:
            if self._thread is None:
                self._buffer = _Outbox(tag)
                self._start_thread()
                _sending.append((tag, weakref.ref(self)))
            if unfinished is None:
                call.done(more='"item":"%s"' % item)
            else:
                with self._cond:
                    call.done(more='"item":"%s"' % item)
                    unfinished.release()
            if type(self._buffer) is _Outbox:
                self._buffer.append(obj, item, call.at)
            else:
                self._buffer.append(obj)
            self._notempty.notify()

    def get(original, self, tag, block=True, timeout=None):
        patient = block and timeout is None
        call = Call('queue.get', tag, '' if patient else timeout_fields(block, timeout))
        if self._closed:
            return _asked(original, call, self, block, timeout)
        try:
            data, told = take(self, tag, call, block, timeout, patient)
        except BaseException as error:
            call.failed(error)
            raise
        if told:
            # Plain values are what they are by whichever unpickler.
            return told[0] if told is not True else pickler.loads(data)
        item = messages.item_of(data)
        more = '' if item is None else text_field('item', item)
        try:
            value = pickler.loads(data)
        except BaseException as error:
            call.failed(error, more=more)
            raise
        call.done(short_repr(value), more=more)
        return value

    def take(self, tag, call, block, timeout, patient):
        """A message, and whether its event is out: what can't be shown yet waits for that."""
        deadline = time.monotonic() + timeout if block and not patient else None
        if not self._rlock.acquire(False):
            if not block:
                raise Empty
            call.waiting()
            if not self._rlock.acquire(block, timeout):
                raise Empty
        try:
            if not messages.is_readable(self._reader):
                if not block:
                    raise Empty
                call.waiting()
                if not patient and not self._poll(deadline - time.monotonic()):
                    raise Empty
            data = recv_bytes(self._reader)
            value = messages.load_plain(data)
            told = value or self._maxsize < module_most
            if told:
                item = messages.item_of(data)
                call.done(short_repr(value[0]) if value else None,
                          more='' if item is None else '"item":"%s"' % item)
            self._sem.release()
        finally:
            self._rlock.release()
        return data, told

    from multiprocessing.synchronize import SEM_VALUE_MAX as module_most

    def task_done(original, self, tag):
        call = Call('task_done', tag)
        with self._cond:
            if self._unfinished_tasks._semlock._is_zero():
                return _asked(original, call, self)
            call.done()
            return silently(original, self)

    def join(original, self, tag):
        call = Call('queue.join', tag)
        if not self._unfinished_tasks._semlock._is_zero():
            call.waiting()
        attempt(call, original, self)
        call.done()

    def join_thread(original, self, tag):
        call = Call('join_thread', tag)
        thread = self._thread
        if self._closed and thread is not None and thread.is_alive():
            call.waiting()
        _asked(original, call, self)
        call.done()

    def simple_put(original, self, tag, obj):
        call = Call('put', tag, text_field('value', short_repr(obj)))
        try:
            item = messages.next_item()
            data = messages.append_item(pickler.dumps(obj), item)
            if not self._wlock.acquire(False):
                call.waiting()
                self._wlock.acquire()
            try:
                if not messages.is_writable(self._writer):
                    call.waiting()
                    messages.wait_writable(self._writer)
                call.done(more='"item":"%s"' % item)
                call = None
                send_bytes(self._writer, data)
            finally:
                self._wlock.release()
        except BaseException as error:
            if call is not None:
                call.failed(error)
            raise

    def simple_get(original, self, tag):
        call = Call('queue.get', tag)
        more = ''
        try:
            if not self._rlock.acquire(False):
                call.waiting()
                self._rlock.acquire()
            try:
                if not messages.is_readable(self._reader):
                    call.waiting()
                data = recv_bytes(self._reader)
                item = messages.item_of(data)
                more = '' if item is None else text_field('item', item)
                value = messages.load_plain(data)
                if value:
                    call.done(short_repr(value[0]), more=more)
            finally:
                self._rlock.release()
            if value:
                return value[0]
            result = pickler.loads(data)
        except BaseException as error:
            call.failed(error, more=more)
            raise
        call.done(short_repr(result), more=more)
        return result

    def close(original, self, tag):
        Call('close', tag).done()
        return silently(original, self)

    queue, joinable, simple = module.Queue, module.JoinableQueue, module.SimpleQueue

    class _ForkingPickler(pickler):
        """CPython's, which tells of what a feeder can't pickle: at the end of a process nobody else does."""

        @classmethod
        def dumps(cls, obj, protocol=None):
            try:
                return pickler.dumps(obj, protocol)
            except Exception as error:
                if tracing() and local.item is not None:
                    Call('drop', None, '"key":"unsent",%s' % text_field('item', local.item), local.put_at).failed(error)
                raise
    _ForkingPickler.__module__ = pickler.__module__
    _ForkingPickler.__qualname__ = pickler.__qualname__
    module._ForkingPickler = _ForkingPickler

    def size(self):
        return '"n":%d' % self._maxsize if self._maxsize < module_most else ''
    wrap(joinable, '__init__', _init('JoinableQueue', size))
    wrap(queue, '__init__', _init('Queue', size))
    wrap(simple, '__init__', _init('SimpleQueue', lambda self: ''))
    for owner in (queue, joinable):
        wrap(owner, 'put', _method(put))
    wrap(queue, 'get', _method(get))
    for name, told in (('task_done', task_done), ('join', join)):
        wrap(joinable, name, _method(told))
    for name in ('qsize', 'empty', 'full', 'cancel_join_thread'):
        wrap(queue, name, _ask(name))
    wrap(queue, 'join_thread', _method(join_thread))
    wrap(queue, 'close', _method(close))
    wrap(simple, 'put', _method(simple_put))
    wrap(simple, 'get', _method(simple_get))
    wrap(simple, 'empty', _ask('empty'))
    if 'close' in simple.__dict__:
        wrap(simple, 'close', _method(close))
