"""`subprocess`: programs that the program starts by `Popen`, and its waits for them.

Traces the start with the child's PID and the pipes between the two, `wait`, `communicate`, `poll` and
the signals. What `run` and its kin do is told too, for all of them are a `Popen`. What is read from the
pipes directly is not followed.
"""

import sys

from . import inline
from .call import Call, join_fields, short_repr, text_field, timeout_fields, tracing
from .channel import local
from .hooks import wrap
from .identity import creator_frame, new_tag, tag_of, tell_create, tell_name
from .place import at_field
from .steps import attempt, silently
from .tracebacks import hide_frames

_STREAMS = ('stdin', 'stdout', 'stderr')


def patch(module):
    """Follows `Popen`."""
    popen = module.Popen

    def begins(self, args, *_):
        at = at_field() if tracing() else ''
        # A helper that the library starts where no line of the program is to blame is nobody's business.
        local.launching = Call('create', None, at=at) if at else None

    def failed(self, args, *_):
        call = local.launching
        if call is not None:
            call.args = join_fields(text_field('class', 'Popen'), text_field('value', short_repr(args)))
            local.launching = None
            call.failed(sys.exc_info()[1])

    def ended(self, args, *_):
        call, local.launching = local.launching, None
        if call is None or type(self.pid) is not int:
            return
        pipes = [name for name in _STREAMS if getattr(self, name, None) is not None]
        self._forklore = tag = new_tag('Popen')
        tell_create(tag, 'Popen', join_fields(
            text_field('key', ' '.join(pipes)) if pipes else '', text_field('value', short_repr(args)),
            '"pid":%d' % self.pid), call.at)
        frame = creator_frame()
        if frame is not None:
            tell_name(tag, frame)

    def method(op, told):
        def make(original):
            def ask(self, *args, **kwargs):
                try:
                    tag = tag_of(self)
                    if tag is None or not tracing():
                        return original(self, *args, **kwargs)
                    return told(op, original, self, tag, *args, **kwargs)
                except BaseException as error:
                    hide_frames(error)
                    raise
            return ask
        return make

    def waits(op, original, self, tag, *args, **kwargs):
        place = 1 if op == 'communicate' else 0
        timeout = kwargs.get('timeout', args[place] if len(args) > place else None)
        call = Call(op, tag, timeout_fields(True, timeout))
        if self.returncode is None:
            call.waiting()
        value = attempt(call, original, self, *args, **kwargs)
        call.done(None if self.returncode is None else str(self.returncode))
        return value

    def asks(op, original, self, tag):
        call = Call(op, tag)
        value = silently(original, self)
        call.done(str(value))
        return value

    def signals(op, original, self, tag, *args):
        Call(op, tag, '"n":%d' % args[0] if args else '').done()
        return silently(original, self, *args)

    # What the program has done between fork and exec stands on the stack of this.
    inline.follow(popen, '__init__', begins, failed, ended)
    for name, told in (('wait', waits), ('communicate', waits), ('poll', asks), ('terminate', signals),
                       ('kill', signals), ('send_signal', signals)):
        wrap(popen, name, method(name, told))
