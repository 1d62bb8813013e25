"""`concurrent.futures._base`: futures of the tasks that an executor runs.

Traces the methods that wait for a future, `cancel`, and the moment its result is back, before anybody
can see it. A future that no followed executor has made is left alone (`executor` marks its own).
"""

from . import inline
from .call import Call, join_fields, short_repr, text_field, timeout_fields, tracing
from .hooks import wrap
from .steps import attempt
from .tracebacks import hide_frames

_OVER = ('FINISHED', 'CANCELLED', 'CANCELLED_AND_NOTIFIED')


class _Waiting(object):
    """The event that `wait` and `as_completed` wait for, told as a wait for the first future that is
    not there."""

    def __init__(self, event, futures):
        self._event = event
        self._futures = futures

    def __getattr__(self, name):
        return getattr(self._event, name)

    def wait(self, timeout=None):
        try:
            missing = None if self._event.is_set() or not tracing() else next(
                (future for future in self._futures if future._state not in _OVER), None)
            if missing is None:
                return self._event.wait(timeout)
            tag, number = missing._forklore
            call = Call('result.wait', tag, join_fields(number, timeout_fields(True, timeout)))
            call.waiting()
            came = attempt(call, self._event.wait, timeout)
            call.done()
            return came
        except BaseException as error:
            hide_frames(error)
            raise


def patch(module):
    """Follows `Future`, `wait` and `as_completed`."""
    future = module.Future

    def method(op, waits):
        def make(original):
            def ask(self, *args, **kwargs):
                try:
                    known = self.__dict__.get('_forklore')
                    if known is None or not tracing():
                        return original(self, *args, **kwargs)
                    tag, number = known
                    timeout = kwargs.get('timeout', args[0] if args else None)
                    call = Call(op, tag, join_fields(number, timeout_fields(True, timeout)))
                    if waits and self._state not in _OVER:
                        call.waiting()
                    value = attempt(call, original, self, *args, **kwargs)
                    call.done(short_repr(value))
                    return value
                except BaseException as error:
                    hide_frames(error)
                    raise
                finally:
                    # The exception may be the future's own: no circle through this frame.
                    self = None
            return ask
        return make

    def comes_back(self, value):
        known = self.__dict__.get('_forklore')
        if known is None or self._state in _OVER or not tracing():
            return
        tag, number = known
        failed = isinstance(value, BaseException)
        if tag.name.startswith('ThreadPoolExecutor'):
            # A thread that ran it, and nobody between.
            end = Call('task.end', tag, number, at='')
            end.failed(value) if failed else end.done(short_repr(value))
        call = Call('result.ready', tag, number, at='')
        if not failed:
            return call.done()
        # Where a pool broke, its cause is what the program needs to know.
        lines = str(value.__cause__ or '').strip('\n\'"').splitlines()
        call.failed(value, more=text_field('value', lines[-1]) if lines else '')

    def make_waiters(original):
        def _create_and_install_waiters(fs, *args, **kwargs):
            waiter = original(fs, *args, **kwargs)
            if tracing():
                known = [one for one in fs if '_forklore' in one.__dict__]
                if known:
                    waiter.event = _Waiting(waiter.event, known)
            return waiter
        return _create_and_install_waiters

    def make_cancel(original):
        def cancel(self):
            known = self.__dict__.get('_forklore')
            if known is None or self._state != 'PENDING' or not tracing():
                return original(self)
            Call('cancel', *known).done()
            return original(self)
        return cancel

    for name, op, waits in (('result', 'result.get', True), ('exception', 'result.get', True)):
        wrap(future, name, method(op, waits))
    inline.follow(future, 'set_result', comes_back)
    inline.follow(future, 'set_exception', comes_back)
    wrap(future, 'cancel', make_cancel)
    wrap(module, '_create_and_install_waiters', make_waiters)
