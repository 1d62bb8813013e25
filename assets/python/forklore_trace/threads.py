"""`threading`: threads, and what they wait for inside their process.

Traces the program's own Lock, RLock, Condition, Event and Semaphore, `queue.Queue` and `Thread.join`. A
lock is told which thread holds it; a process that was forked has copies of its own, and the first use of
one says whether it was copied while it was held, and by whom. Locks that the library makes for itself are
CPython's own. None of these has a number: threads of one process can't change places between an event
and its effect as processes can.
"""

import os

from . import cfunction
from .call import Call, join_fields, short_repr, text_field, timeout_fields, tracing
from .channel import local, thread_name
from .hooks import wrap
from .identity import Tag, next_name, tag_of, tell_create, tell_name
from .place import direct_creator
from .steps import attempt, silently
from .tracebacks import hide_frames, patch_threading


class _Owned(Tag):
    """The tag of a thing that lives in one process."""

    __slots__ = ('kind', 'pid', 'holder', 'depth')

    def __init__(self, kind):
        Tag.__init__(self, next_name(kind), 0)
        self.kind, self.pid = kind, os.getpid()
        # Of a lock: the fields that say which thread holds it, and since which line.
        self.holder, self.depth = '', 0


def _own(tag, value=''):
    """The tag in this process; a copy gets its own when it is first used. `value` is what it holds."""
    if tag.pid == os.getpid():
        return
    before, held, depth = tag.field[8:], tag.holder, tag.depth
    tag.__init__(tag.kind)
    tag.depth = depth
    tell_create(tag, tag.kind, join_fields('"of"' + before, held and '"n":1,' + held, value))


def _new(kind, args=''):
    tag = _Owned(kind)
    tell_create(tag, kind, args)
    return tag


class _Part(object):
    """What a method of a lock is bound to: by all looks the lock."""

    __slots__ = ('lock', 'tag', 'raw')

    def __init__(self, lock, tag, raw):
        self.lock, self.tag, self.raw = lock, tag, raw

    def __getattr__(self, name):
        return getattr(self.lock, name)

    def __repr__(self):
        return repr(self.lock)

    def __reduce_ex__(self, protocol):
        return self.lock.__reduce_ex__(protocol)


def _took(tag, call):
    tag.depth += 1
    if tag.depth == 1:
        tag.holder = join_fields(text_field('key', thread_name()), call.at[1:] and '"value"' + call.at[5:])


def _acquire(self, *args, **kwargs):
    try:
        raw, tag = self.raw, self.tag
        if not tracing():
            taken = raw(*args, **kwargs)
            tag.depth += bool(taken)
            return taken
        _own(tag)
        block = args[0] if args else kwargs.get('blocking', True)
        timeout = args[1] if len(args) > 1 else kwargs.get('timeout', -1)
        # Of arguments that are not plain the original alone knows what to make.
        plain = not set(kwargs) - {'blocking', 'timeout'} and len(args) + len(kwargs) <= 2 and type(block) in (bool, int) and type(timeout) in (int, float) and (
            timeout == -1 or block and timeout >= 0)
        call = Call('acquire', tag, timeout_fields(block, None if timeout == -1 else timeout) if plain else '')
        try:
            taken = plain and raw(False)
            if not taken and (block or not plain):
                if plain:
                    call.waiting()
                taken = raw(*args, **kwargs)
        except BaseException as error:
            call.failed(error)
            raise
        if taken:
            _took(tag, call)
        call.done(str(bool(taken)))
        return taken
    except BaseException as error:
        hide_frames(error)
        raise


def _release(self, *args, **kwargs):
    try:
        raw, tag = self.raw, self.tag
        lock = self.lock
        held = lock._is_owned() if hasattr(lock, '_is_owned') else lock.locked()
        if tracing():
            _own(tag)
            call = Call('release', tag)
            if held:
                # Before anybody else can take it.
                call.done()
            else:
                try:
                    raw(*args, **kwargs)
                except BaseException as error:
                    call.failed(error)
                    raise
        if held:
            tag.depth = max(tag.depth - 1, 0)
            if not tag.depth:
                tag.holder = ''
        return raw(*args, **kwargs)
    except BaseException as error:
        hide_frames(error)
        raise


class _Lock(object):
    """A lock of the program's own; all that is not told is the lock's."""

    __slots__ = ('_lock', '_forklore', 'acquire', 'release', '__weakref__')

    def __init__(self, lock, tag):
        self._lock, self._forklore = lock, tag
        for name in ('acquire', 'release'):
            raw = getattr(lock, name)
            setattr(self, name, cfunction.like(raw, _PARTS[type(lock).__name__, name](lock, tag, raw)))

    acquire_lock = property(lambda self: self.acquire)
    release_lock = property(lambda self: self.release)

    @property
    def __class__(self):
        return type(self._lock)

    def __getattr__(self, name):
        return getattr(self._lock, name)

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()

    def __repr__(self):
        return repr(self._lock)

    def __reduce_ex__(self, protocol):
        return self._lock.__reduce_ex__(protocol)

    def _at_fork_reinit(self):
        self._forklore.holder, self._forklore.depth = '', 0
        self._lock._at_fork_reinit()


_PARTS = {(kind, name): type('_thread.' + kind, (_Part,), {
    '__slots__': (), '__module__': '_thread', '__qualname__': kind, '__call__': call})
          for kind in ('lock', 'RLock', '_RLock') for name, call in (('acquire', _acquire), ('release', _release))}
_Lock.__module__, _Lock.__name__, _Lock.__qualname__ = '_thread', 'lock', 'lock'


def _locks(module, name, kind):
    """A function that makes locks: the program's own tell of themselves."""
    original = getattr(module, name)

    def new(args, kwargs):
        lock = original(*args, **kwargs)
        frame = direct_creator(3) if tracing() else None
        if frame is None:
            return lock
        tag = _new(kind)
        tell_name(tag, frame)
        return _Lock(lock, tag)

    def make(*args, **kwargs):
        return new(args, kwargs)

    if not isinstance(original, type):
        if hasattr(original, '__self__'):
            cfunction.put(module, name, cfunction.in_module(original, make))
        else:
            wrap(module, name, lambda _: make)
        return

    class Kind(type):
        """Since 3.13 what makes locks is their class."""

        def __call__(cls, *args, **kwargs):
            return new(args, kwargs)

        def __instancecheck__(cls, thing):
            return isinstance(thing, original)

        def __subclasscheck__(cls, kind):
            return issubclass(kind, original)

        def __repr__(cls):
            return repr(original)

        def __getattr__(cls, attribute):
            return getattr(original, attribute)

    cfunction.put(module, name, Kind(original.__name__, (), {
        '__module__': original.__module__, '__slots__': (), '__doc__': original.__doc__}))


def _init(kind, args=lambda self: ''):
    """Makes an `__init__` that gives the program's own objects a tag."""
    def make(original):
        def __init__(self, *given, **named):
            frame = direct_creator() if tracing() else None
            try:
                original(self, *given, **named)
            except BaseException as error:
                hide_frames(error)
                raise
            if frame is not None and tag_of(self) is None:
                self._forklore = _new(kind, args(self))
                tell_name(self._forklore, frame)
        return __init__
    return make


def _method(told, value=lambda self: ''):
    """Makes a method of those that have a tag tell of itself; `value` is the field of what one holds."""
    def make(original):
        def method(self, *args, **kwargs):
            try:
                tag = self.__dict__.get('_forklore')
                if tag is None or type(tag) is not _Owned or not tracing():
                    return original(self, *args, **kwargs)
                _own(tag, value(self))
                return told(original, self, tag, *args, **kwargs)
            except BaseException as error:
                hide_frames(error)
                raise
        return method
    return make


def _waits(op, blocks):
    """A wait: told as one where `blocks` says so, and when it is over."""
    def told(original, self, tag, *args, **kwargs):
        timeout = kwargs.get('timeout', args[0] if args else None)
        call = Call(op, tag, timeout_fields(True, timeout))
        if blocks(self):
            call.waiting()
        value = attempt(call, original, self, *args, **kwargs)
        call.done(None if value is None else str(value))
        return value
    return _method(told)


def _tells(op):
    """What wakes others: told before."""
    def told(original, self, tag, *args, **kwargs):
        number = args[0] if args else kwargs.get('n')
        Call(op, tag, '"n":%d' % number if type(number) is int else '').done()
        return silently(original, self, *args, **kwargs)
    return _method(told)


def patch(module):
    """Follows `threading`."""
    patch_threading(module)
    _locks(module, 'Lock', 'threading.Lock')
    _locks(module, 'RLock', 'threading.RLock')
    _patch_condition(module)
    _patch_semaphore(module)
    wrap(module.Event, '__init__', _init('threading.Event'))
    wrap(module.Event, 'wait', _waits('wait', lambda self: not self._flag))
    wrap(module.Event, 'set', _tells('event.set'))
    wrap(module.Event, 'clear', _tells('event.clear'))
    _patch_join(module)


def _patch_condition(module):
    condition = module.Condition

    def make_init(original):
        def __init__(self, lock=None):
            frame = direct_creator() if tracing() else None
            if frame is None:
                return original(self, lock)
            if lock is None:
                lock = _Lock(module._CRLock() if module._CRLock else module._PyRLock(), _new('threading.RLock'))
            original(self, lock)
            known = tag_of(lock)
            self._forklore = _new('threading.Condition', '' if known is None else '"of"' + known.field[8:])
            tell_name(self._forklore, frame)
        return __init__

    def wait(original, self, tag, timeout=None):
        lock = tag_of(self._lock)
        call = Call('wait', tag, timeout_fields(True, timeout))
        held = lock is not None and self._is_owned()
        depth, before = '"n":%d' % max(lock.depth, 1) if held else '', None
        if held:
            _own(lock)
            Call('release', lock, depth, call.at).done()
            before, lock.depth, lock.holder = (lock.depth, lock.holder), 0, ''
        call.waiting()
        try:
            woken = silently(original, self, timeout)
        except BaseException as error:
            if held and self._is_owned():
                lock.depth, lock.holder = before
                Call('acquire', lock, depth, call.at).done('True')
            call.failed(error)
            raise
        if held:
            lock.depth, lock.holder = before
            Call('acquire', lock, depth, call.at).done('True')
        call.done(str(woken))
        return woken

    wrap(condition, '__init__', make_init)
    wrap(condition, 'wait', _method(wait))
    wrap(condition, 'notify', _tells('notify'))
    wrap(condition, 'notify_all', _tells('notify_all'))


def _patch_semaphore(module):
    def count(self):
        return '"n":%d' % self._value

    def acquire(original, self, tag, blocking=True, timeout=None):
        call = Call('acquire', tag, timeout_fields(blocking, timeout))
        if blocking and not self._value:
            call.waiting()
        taken = attempt(call, original, self, blocking, timeout)
        call.done(str(taken))
        return taken

    def release(original, self, tag, n=1):
        most = getattr(self, '_initial_value', None)
        # Before 3.9 it takes none.
        given = () if n == 1 else (n,)
        if type(n) is not int or n < 1 or most is not None and self._value + n > most:
            return attempt(Call('release', tag), original, self, *given)
        for _ in range(n):
            Call('release', tag).done()
        return silently(original, self, *given)

    semaphore = module.Semaphore
    for kind, name in ((semaphore, 'threading.Semaphore'), (module.BoundedSemaphore, 'threading.BoundedSemaphore')):
        wrap(kind, '__init__', _init(name, count))
        wrap(kind, 'release', _method(release, count))
    # Two names of one function.
    semaphore.__enter__ = wrap(semaphore, 'acquire', _method(acquire, count))


def _patch_join(module):
    def make_join(original):
        def join(self, timeout=None):
            try:
                if not tracing() or self.ident is None or direct_creator() is None:
                    return original(self, timeout)
                tid = getattr(self, 'native_id', None)
                call = Call('thread.join', None, join_fields(
                    text_field('key', self.name), '' if tid is None else '"index":%d' % tid,
                    timeout_fields(True, timeout)))
                if self.is_alive():
                    call.waiting()
                attempt(call, original, self, timeout)
                call.done()
            except BaseException as error:
                hide_frames(error)
                raise
        return join
    wrap(module.Thread, 'join', make_join)


def patch_queue(module):
    """Follows `queue`: what threads of a process hand to each other."""
    def moves(op, is_full_or_empty, shown):
        def told(original, self, tag, *args, **kwargs):
            block, timeout = (args[shown:] + (True, None)[len(args[shown:]):])[:2]
            block, timeout = kwargs.get('block', block), kwargs.get('timeout', timeout)
            fields = timeout_fields(block, timeout)
            if shown:
                fields = join_fields(text_field('value', short_repr(args[0] if args else kwargs.get('item'))), fields)
            call = Call(op, tag, fields)
            if block and is_full_or_empty(self):
                call.waiting()
            before, local.moving = local.moving, call
            try:
                value = silently(original, self, *args, **kwargs)
            except BaseException as error:
                if local.moving is not None:
                    call.failed(error)
                raise
            finally:
                told, local.moving = local.moving is None, before
            if not told:
                # Kept in another way by a class of the program's own.
                call.done(None if shown else short_repr(value))
            return value
        return _method(told)

    # The moment itself, while the queue's own lock is held.
    def make_put(original):
        def _put(self, item):
            call, local.moving = local.moving, None
            if call is not None:
                call.done()
            return original(self, item)
        return _put

    def make_get(original):
        def _get(self):
            item = original(self)
            call, local.moving = local.moving, None
            if call is not None:
                call.done(short_repr(item))
            return item
        return _get

    queue = module.Queue
    wrap(queue, '__init__', _init('queue.Queue', lambda self: '"n":%d' % self.maxsize if self.maxsize > 0 else ''))
    wrap(queue, 'put', moves('put', lambda self: 0 < self.maxsize <= self._qsize(), 1))
    wrap(queue, 'get', moves('queue.get', lambda self: not self._qsize(), 0))
    for kind in (queue, module.LifoQueue, module.PriorityQueue):
        wrap(kind, '_put', make_put)
        wrap(kind, '_get', make_get)
    wrap(queue, 'task_done', _tells('task_done'))
    wrap(queue, 'join', _waits('queue.join', lambda self: self.unfinished_tasks))
