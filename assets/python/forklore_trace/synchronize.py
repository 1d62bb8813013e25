"""`multiprocessing.synchronize`: locks and semaphores (`meetings` traces what is built on them).

Traces `acquire` and `release` of the program's own locks. The `ver` of a `Lock` or `RLock` is counted
under the lock itself; a semaphore has none. A release that may be refused is judged and told under the
semaphore's witness lock. Locks inside queues, pools and events
have no tag and keep CPython's C methods.
"""

import sys
from _multiprocessing import SemLock

from . import cfunction, channel, inline, ledger, meetings
from .call import Call, tell, timeout_fields, tracing
from .channel import local, now
from .hooks import wrap
from .identity import by_semaphore, tell_create, lookup_tag, tell_name, new_tag, tag_of, creator_frame
from .ledger import next_version
from .place import at_of
from .tracebacks import hide_frames

_getframe = sys._getframe
# The code of CPython's own that a `with` calls.
_enter = _exit = None
SEM_VALUE_MAX = SemLock.SEM_VALUE_MAX
_CLASSES = ('Lock', 'RLock', 'Semaphore', 'BoundedSemaphore')


class _Method(object):
    """What a method of a semaphore is bound to: by all looks the semaphore."""

    __slots__ = ('semlock', 'tag', 'exclusive', 'numbered', 'bounded', 'is_held', 'raw')

    def __init__(self, semlock, tag, raw):
        self.semlock, self.tag, self.raw = semlock, tag, raw
        self.exclusive = semlock.kind == 0 or semlock.maxvalue == 1
        # An RLock is its owner's, a Lock anybody's.
        self.is_held = semlock._is_mine if semlock.kind == 0 else semlock._is_zero
        self.numbered = self.exclusive and ledger.counts(tag.slot)
        self.bounded = semlock.maxvalue < SEM_VALUE_MAX

    def __getattr__(self, name):
        return getattr(self.semlock, name)

    def __reduce_ex__(self, protocol):
        return self.semlock.__reduce_ex__(protocol)


def _arguments(args, kwargs):
    """Whether an acquire's arguments are plain, and what they are."""
    given = dict(zip(('block', 'timeout'), args), **kwargs) if not (
        args and 'block' in kwargs or len(args) > 1 and 'timeout' in kwargs) else {'?': None}
    block, timeout = given.pop('block', True), given.pop('timeout', None)
    return (not given and len(args) <= 2 and type(block) in (bool, int)
            and (timeout is None or type(timeout) in (int, float))), block, timeout


def _acquire(self, *args, **kwargs):
    try:
        raw = self.raw
        if not channel.on or local.silenced:
            return raw(*args, **kwargs)
        if self.numbered and not args and not kwargs:
            t0 = now()
            if raw(False):
                frame = _getframe(1)
                at = at_of(frame.f_back if frame.f_code is _enter else frame)
                tell('acquire', self.tag, next_version(self.tag.slot), at, '', t0, ',"result":"True"')
                return True
        if args or kwargs:
            # Of arguments that are not plain the original alone knows what to make.
            simple, block, timeout = _arguments(args, kwargs)
            call = Call('acquire', self.tag, timeout_fields(block, timeout) if simple else '')
        else:
            simple = block = True
            call = Call('acquire', self.tag)
        try:
            taken = raw(False) if simple else False
            if not taken and block:
                if simple:
                    call.waiting()
                taken = raw(*args, **kwargs)
        except BaseException as error:
            call.failed(error)
            raise
        if not taken:
            call.done('False')
        elif self.exclusive:
            call.done('True', ledger.next_version(self.tag.slot))
        else:
            call.done('True')
        return taken
    except BaseException as error:
        hide_frames(error)
        raise


def _refused(call, raw):
    try:
        raw()
    except BaseException as error:
        call.failed(error)
        raise
    # It was taken in this moment: a release after all.
    call.done()


def _release(self, *args, **kwargs):
    try:
        raw = self.raw
        if args or kwargs or not channel.on or local.silenced:
            return raw(*args, **kwargs)
        if self.numbered and self.is_held():
            # Sent while the lock is held: whoever acquires it next tells of it after this.
            frame = _getframe(1)
            at = at_of(frame.f_back if frame.f_code is _exit else frame)
            tell('release', self.tag, next_version(self.tag.slot), at, '', now())
            return raw()
        semlock, slot = self.semlock, self.tag.slot
        call = Call('release', self.tag)
        if self.exclusive:
            if not self.is_held():
                return _refused(call, raw)
            call.done()
            return raw()
        if not self.bounded:
            # Nobody can refuse it.
            call.done()
            return raw()
        held = ledger.acquire(slot)
        try:
            if semlock._get_value() >= semlock.maxvalue:
                return _refused(call, raw)
            call.done()
            return raw()
        finally:
            if held:
                ledger.release(slot)
    except BaseException as error:
        hide_frames(error)
        raise


_SEMLOCK = '_multiprocessing.SemLock'
_LOOKS = {'__slots__': (), '__module__': '_multiprocessing', '__qualname__': 'SemLock'}
_Acquire = type(_SEMLOCK, (_Method,), dict(_LOOKS, __call__=_acquire))
_Release = type(_SEMLOCK, (_Method,), dict(_LOOKS, __call__=_release))


def _equip(lock, tag):
    """Gives a lock the methods that tell of it. They hold the semaphore, not the lock."""
    semlock = lock._semlock
    lock._forklore = tag
    for kind, name in ((_Acquire, 'acquire'), (_Release, 'release')):
        raw = getattr(semlock, name)
        setattr(lock, name, cfunction.like(raw, kind(semlock, tag, raw)))


def patch(module):
    """Follows the four classes of locks, and has `meetings` follow the others."""
    def make_init(kind):
        def make(original):
            def __init__(self, *args, **kwargs):
                try:
                    original(self, *args, **kwargs)
                except BaseException as error:
                    hide_frames(error)
                    raise
                # A subclass tells of itself.
                if tag_of(self) is not None or not tracing():
                    return
                if local.inside and kind not in ('Lock', 'RLock'):
                    # What a condition counts its sleepers with.
                    return
                frame = creator_frame()
                if frame is not None:
                    tag = new_tag(kind, by_semaphore(self))
                    count = '' if kind in ('Lock', 'RLock') else '"n":%d' % (
                        self._semlock._get_value())
                    tell_create(tag, kind, count)
                    _equip(self, tag)
                    # The line names what has the lock inside, not the lock.
                    if not local.inside:
                        tell_name(tag, frame)
            return __init__
        return make

    for kind in reversed(_CLASSES):
        wrap(getattr(module, kind), '__init__', make_init(kind))

    def make_setstate(original):
        def __setstate__(self, state):
            original(self, state)
            tag = lookup_tag(by_semaphore(self)) if tracing() else None
            if tag is not None and tag.name.startswith(_CLASSES):
                _equip(self, tag)
        return __setstate__

    wrap(module.SemLock, '__setstate__', make_setstate)
    # Their own frames stay in a traceback; a lock that nobody follows has the C functions there.
    inline.call_instead(module.SemLock, '__enter__', '__enter__', 'acquire')
    inline.call_instead(module.SemLock, '__exit__', '__exit__', 'release')
    global _enter, _exit
    _enter, _exit = module.SemLock.__enter__.__code__, module.SemLock.__exit__.__code__
    meetings.patch(module)

