"""`multiprocessing.synchronize`: locks and semaphores; what is built on them is in `meetings`.

Owns `acquire` and `release` of the program's own locks. A `Lock`'s or `RLock`'s number is counted
under the lock itself, a semaphore's under its witness. Locks inside queues, pools and events have no
tag, and their methods stay the C ones that CPython gave them.
"""

from . import ledger, meetings
from .call import Call, telling, patience
from .channel import local
from .hooks import wrap
from .identity import by_semaphore, created, found, named, new, of, visible
from .tracebacks import unseen

_CLASSES = ('Lock', 'RLock', 'Semaphore', 'BoundedSemaphore')


def _acquirer(semlock, tag, exclusive):
    raw = semlock.acquire

    def acquire(block=True, timeout=None):
        if not telling() or not (timeout is None or isinstance(timeout, (int, float))):
            return raw(block, timeout)
        call = Call('acquire', tag, '' if block and timeout is None else patience(block, timeout))
        try:
            taken = raw(False)
            if not taken and block:
                call.waiting()
                taken = raw(block, timeout)
        except BaseException as error:
            call.failed(error)
            unseen(error)
            raise
        if not taken:
            call.done('False')
        elif exclusive:
            call.done('True', ledger.count(tag.slot))
        else:
            held = ledger.enter(tag.slot)
            try:
                call.done('True', ledger.count(tag.slot) if held else None)
            finally:
                if held:
                    ledger.leave(tag.slot)
        return taken
    return acquire


def _releaser(semlock, tag, exclusive):
    raw = semlock.release
    recursive = semlock.kind == 0

    def _refused(call):
        try:
            raw()
        except BaseException as error:
            call.failed(error)
            unseen(error)
            raise
        # It was taken in this moment: a release after all.
        call.done()

    def release():
        if not telling():
            return raw()
        call = Call('release', tag)
        if exclusive:
            if not (semlock._is_mine() if recursive else semlock._is_zero()):
                return _refused(call)
            # Sent while the lock is held: whoever acquires it next tells of it after this.
            call.done(ver=ledger.count(tag.slot))
            return raw()
        held = ledger.enter(tag.slot)
        try:
            if semlock._get_value() >= semlock.maxvalue:
                return _refused(call)
            call.done(ver=ledger.count(tag.slot) if held else None)
            return raw()
        finally:
            if held:
                ledger.leave(tag.slot)

    def release_unseen():
        try:
            return release()
        except BaseException as error:
            unseen(error)
            raise
    return release_unseen


def _equip(lock, tag):
    """Gives a lock the methods that tell of it. They hold the semaphore, not the lock."""
    semlock = lock._semlock
    exclusive = semlock.kind == 0 or semlock.maxvalue == 1
    lock._forklore = tag
    lock.acquire = _acquirer(semlock, tag, exclusive)
    lock.release = _releaser(semlock, tag, exclusive)


def patch(module):
    """Follows the four classes of locks, and has `meetings` follow the others."""
    def make_init(kind):
        def make(original):
            def __init__(self, *args, **kwargs):
                try:
                    original(self, *args, **kwargs)
                except BaseException as error:
                    unseen(error)
                    raise
                # A subclass tells of itself.
                if of(self) is not None or not telling():
                    return
                if local.inside and kind not in ('Lock', 'RLock'):
                    # What a condition counts its sleepers with.
                    return
                frame = visible()
                if frame is not None:
                    tag = new(kind, by_semaphore(self))
                    count = '' if kind in ('Lock', 'RLock') else '"n":%d' % (
                        self._semlock._get_value())
                    created(tag, kind, count)
                    _equip(self, tag)
                    # The line names what has the lock inside, not the lock.
                    if not local.inside:
                        named(tag, frame)
            return __init__
        return make

    for kind in reversed(_CLASSES):
        wrap(getattr(module, kind), '__init__', make_init(kind))

    def make_setstate(original):
        def __setstate__(self, state):
            original(self, state)
            tag = found(by_semaphore(self)) if telling() else None
            if tag is not None and tag.name.startswith(_CLASSES):
                _equip(self, tag)
        return __setstate__

    def make_enter(original):
        def __enter__(self):
            if of(self) is None:
                return original(self)
            return self.acquire()
        return __enter__

    def make_exit(original):
        def __exit__(self, *args):
            if of(self) is None:
                return original(self, *args)
            try:
                return self.release()
            except BaseException as error:
                unseen(error)
                raise
        return __exit__

    wrap(module.SemLock, '__setstate__', make_setstate)
    wrap(module.SemLock, '__enter__', make_enter)
    wrap(module.SemLock, '__exit__', make_exit)
    meetings.patch(module)

