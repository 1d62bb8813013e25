"""`signal`: handlers that the program installs, and timers that will send a signal.

Traces `signal.signal`, `set_wakeup_fd`, `alarm` and `setitimer`. A timer is told because the kernel shows
it to nobody else: a run in which all wait is no deadlock as long as one runs.
"""

from . import cfunction, channel
from .call import Call, text_field, tracing
from .hooks import wrap
from .tracebacks import hide_frames


def _name(handler):
    return getattr(handler, '__qualname__', None) or getattr(handler, 'name', None) or str(handler)


def patch(module):
    """Follows the module `signal`."""
    def make_signal(original):
        def signal(signalnum, handler):
            try:
                if not tracing():
                    return original(signalnum, handler)
                call = Call('signal', None, '"n":%d,%s' % (signalnum, text_field('func', _name(handler))))
                if not call.at:
                    # A helper process of the library's.
                    return original(signalnum, handler)
                try:
                    before = original(signalnum, handler)
                except BaseException as error:
                    call.failed(error)
                    raise
                call.done(_name(before))
                return before
            except BaseException as error:
                hide_frames(error)
                raise
        return signal

    wrap(module, 'signal', make_signal)
    for name, told in (('set_wakeup_fd', _wakeup), ('alarm', _alarm), ('setitimer', _itimer)):
        if hasattr(module, name):
            cfunction.put(module, name, _builtin(getattr(module, name), told))


def _builtin(original, told):
    def call(*args, **kwargs):
        try:
            if not channel.on or not tracing():
                return original(*args, **kwargs)
            fields = told(args)
            if fields is None:
                return original(*args, **kwargs)
            asked = Call(original.__name__, None, fields)
            try:
                value = original(*args, **kwargs)
            except BaseException as error:
                asked.failed(error)
                raise
            asked.done(str(value))
            return value
        except BaseException as error:
            hide_frames(error)
            raise
    return cfunction.in_module(original, call)


def _wakeup(args):
    return '"index":%d' % args[0] if args and type(args[0]) is int else None


def _seconds(value):
    return '"timeout":%r' % float(value) if type(value) in (int, float) and 0 <= value < 1e12 else None


def _alarm(args):
    return _seconds(args[0]) if args else None


def _itimer(args):
    """Which timer (0 is that of the clock), until when, and whether again and again."""
    seconds = _seconds(args[1]) if len(args) > 1 else None
    if seconds is None:
        return None
    again = len(args) > 2 and args[2]
    return '"index":%d,%s%s' % (args[0], seconds, ',"key":"repeats"' if again else '')
