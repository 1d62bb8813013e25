"""`Condition`, `Event` and `Barrier`: where processes wait for each other.

Traces what `multiprocessing.synchronize` builds on its locks. A wait on a condition is four events: the
release of its lock, the wait, the acquire of the lock, the end of the wait. An operation that wakes
others (notify, set, the last arrival at a barrier) is reported before anybody can wake.
"""

from . import ledger
from .call import Call, tracing, timeout_fields, short_repr
from .channel import local
from .hooks import wrap
from .identity import by_semaphore, tell_create, lookup_tag, tell_name, new_tag, tag_of, creator_frame
from .steps import attempt, silently
from .tracebacks import hide_frames


def patch(module):
    """Follows the three classes."""
    _patch_condition(module.Condition)
    _patch_event(module.Event)
    _patch_barrier(module.Barrier)


def _init(kind, key, args, inside=False):
    """Makes an `__init__` that gives the object a tag; what it is made of stays unseen or unnamed."""
    def make(original):
        def __init__(self, *given, **named_given):
            frame = creator_frame() if tracing() else None
            if frame is None or tag_of(self) is not None:
                return original(self, *given, **named_given)
            if inside:
                local.inside += 1
            else:
                local.silenced += 1
            try:
                original(self, *given, **named_given)
            except BaseException as error:
                hide_frames(error)
                raise
            finally:
                if inside:
                    local.inside -= 1
                else:
                    local.silenced -= 1
            self._forklore = tag = new_tag(kind, key(self))
            tell_create(tag, kind, args(self))
            tell_name(tag, frame)
        return __init__
    return make


def _tagged(self, key):
    """The object's tag, looked for once where it came from another process by pickle."""
    try:
        return self.__dict__['_forklore']
    except KeyError:
        self._forklore = tag = lookup_tag(key(self))
        return tag


def _method(name, key, told):
    """Makes a method that tells of itself: `told(original, self, tag, args)` does it."""
    def make(original):
        def method(self, *args, **kwargs):
            try:
                if tracing():
                    tag = _tagged(self, key)
                    if tag is not None:
                        return told(original, self, tag, *args, **kwargs)
                return original(self, *args, **kwargs)
            except BaseException as error:
                hide_frames(error)
                raise
        return method
    return make


def _patch_condition(condition):
    def key(self):
        return by_semaphore(self._wait_semaphore)

    def lock_field(self):
        tag = tag_of(self._lock)
        return '' if tag is None else '"of"' + tag.field[8:]

    def wait(original, self, tag, timeout=None):
        call = Call('wait', tag, timeout_fields(True, timeout))
        lock, semlock = tag_of(self._lock), self._lock._semlock
        if not semlock._is_mine():
            return attempt(call, original, self, timeout)
        depth = '"n":%d' % semlock._count()
        if lock is not None:
            Call('release', lock, depth, call.at).done(ver=ledger.next_version(lock.slot))
        call.waiting()
        try:
            woken = silently(original, self, timeout)
        except BaseException as error:
            if lock is not None and semlock._is_mine():
                Call('acquire', lock, depth, call.at).done(ver=ledger.next_version(lock.slot))
            call.failed(error)
            raise
        if lock is not None:
            Call('acquire', lock, depth, call.at).done(ver=ledger.next_version(lock.slot))
        call.done(str(woken))
        return woken

    def waker(op):
        def wake(original, self, tag, n=1):
            call = Call(op, tag, '"n":%d' % n if op == 'notify' else '')
            owned = self._lock._semlock._is_mine()
            if owned:
                # The lock is held, so nobody can have woken before this is sent.
                call.done()
            try:
                if op == 'notify' and n != 1:
                    return silently(original, self, n)
                return silently(original, self)
            except BaseException as error:
                if not owned:
                    call.failed(error)
                raise
        return wake

    def make_setstate(original):
        def __setstate__(self, state):
            self.__dict__.pop('_forklore', None)
            original(self, state)
        return __setstate__

    wrap(condition, '__init__', _init('Condition', key, lock_field, inside=True))
    wrap(condition, '__setstate__', make_setstate)
    wrap(condition, 'wait', _method('wait', key, wait))
    wrap(condition, 'notify', _method('notify', key, waker('notify')))
    wrap(condition, 'notify_all', _method('notify_all', key, waker('notify_all')))


def _patch_event(event):
    def key(self):
        return by_semaphore(self._flag)

    # As CPython's do, on its own parts: the event stands under the lock that each of them takes.
    def under_lock(op, effect):
        def told(original, self, tag):
            call = Call(op, tag)
            local.silenced += 1
            try:
                with self._cond:
                    return effect(self, call, ledger.next_version(tag.slot))
            finally:
                local.silenced -= 1
        return told

    def set_flag(self, call, ver):
        call.done(ver=ver)
        self._flag.acquire(False)
        self._flag.release()
        self._cond.notify_all()

    def clear(self, call, ver):
        call.done(ver=ver)
        self._flag.acquire(False)

    def is_set(self, call, ver):
        flag = self._flag.acquire(False)
        if flag:
            self._flag.release()
        call.done(str(flag), ver)
        return flag

    def wait(original, self, tag, timeout=None):
        call = Call('wait', tag, timeout_fields(True, timeout))
        if self._flag._semlock._is_zero():
            call.waiting()
        flag = attempt(call, original, self, timeout)
        # No number: the flag may have changed again since it was seen.
        call.done(str(flag))
        return flag

    wrap(event, '__init__', _init('Event', key, lambda self: ''))
    wrap(event, 'set', _method('set', key, under_lock('event.set', set_flag)))
    wrap(event, 'clear', _method('clear', key, under_lock('event.clear', clear)))
    wrap(event, 'is_set', _method('is_set', key, under_lock('event.is_set', is_set)))
    wrap(event, 'wait', _method('wait', key, wait))
    # An event is pickled with all its attributes: the tag must not be among them.
    event.__getstate__ = lambda self: {
        name: value for name, value in self.__dict__.items() if name != '_forklore'}


def _patch_barrier(barrier):
    import threading
    base = threading.Barrier

    def key(self):
        return by_semaphore(self._cond._wait_semaphore)

    def wait(original, self, tag, timeout=None):
        call = Call('wait', tag, timeout_fields(True, timeout))
        before = local.meeting
        local.meeting = [call, False]
        try:
            place = silently(original, self, timeout)
            if not local.meeting[1]:
                call.done(str(place))
            return place
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            local.meeting = before

    def _wait(self, timeout):
        meeting = local.meeting
        if meeting is not None and tag_of(self) is not None:
            # Said while the barrier is held, so the log has all who wait before it opens.
            meeting[0].waiting()
        return base._wait(self, timeout)

    def _release(self):
        meeting, action = local.meeting, self._action
        if meeting is None or tag_of(self) is None:
            return base._release(self)

        def act():
            if action is not None:
                quiet, local.silenced = local.silenced, 0
                try:
                    action()
                finally:
                    local.silenced = quiet
            # The last one's event goes out before anybody is let go.
            meeting[0].done(short_repr(self._count - 1))
            meeting[1] = True
        self._action = act
        try:
            return base._release(self)
        finally:
            self._action = action

    def change(op, original):
        def changed(unbound, self, tag):
            call = Call(op, tag)
            with self._cond:
                call.done()
                return silently(original, self)
        return changed

    barrier._wait, barrier._release = _wait, _release
    wrap(barrier, '__init__', _init('Barrier', key, lambda self: '"n":%d' % self._parties))
    for name, told in (('wait', wait), ('abort', change('abort', base.abort)),
                       ('reset', change('reset', base.reset))):
        # They are threading.Barrier's, whose own barriers are none of our business.
        method = _method(name, key, told)(base.__dict__[name])
        method.__name__, method.__qualname__ = name, 'Barrier.' + name
        method.__doc__ = base.__dict__[name].__doc__
        setattr(barrier, name, method)
