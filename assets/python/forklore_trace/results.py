"""Results of a pool: `AsyncResult` and the iterators of `imap`.

Traces their methods, and the moment a result is back in the process that submitted its task, before
anybody there can see it.
"""

import sys

from . import inline
from .call import Call, join_fields, timeout_fields, short_repr, tracing
from .channel import local
from .hooks import wrap
from .steps import attempt, silently
from .tracebacks import hide_frames


def follow(module):
    """Follows the classes of results."""
    def fields(submission):
        return '"task":%d%s' % (
            submission.first, '' if submission.parts == 1 else ',"n":%d' % submission.parts)

    def method(op, waits):
        def make(original):
            def ask(self, *args, **kwargs):
                try:
                    submission = getattr(self, '_forklore', None)
                    if submission is None or submission.first is None or not tracing():
                        return original(self, *args, **kwargs)
                    timeout = kwargs.get('timeout', args[0] if args else None)
                    call = Call(op, submission.tag, join_fields(
                        fields(submission), timeout_fields(True, timeout)))
                    if waits and not silently(type(self).ready, self):
                        call.waiting()
                    value = attempt(call, original, self, *args, **kwargs)
                    call.done(None if op == 'result.wait' else short_repr(value))
                    return value
                except BaseException as error:
                    hide_frames(error)
                    raise
            return ask
        return make

    def make_init(original):
        def __init__(self, *args, **kwargs):
            local.numbered = None
            original(self, *args, **kwargs)
            self._forklore, local.numbered = local.numbered, None
        return __init__

    result = module.ApplyResult
    wrap(result, '__init__', make_init)
    wrap(module.IMapIterator, '__init__', make_init)
    for name, op, waits in (('get', 'result.get', True), ('wait', 'result.wait', True),
                            ('ready', 'ready', False), ('successful', 'successful', False)):
        wrap(result, name, method(op, waits))

    def make_next(ordered):
        def make(original):
            def next(self, timeout=None):
                try:
                    submission = getattr(self, '_forklore', None)
                    if submission is None or submission.first is None or not tracing():
                        return original(self, timeout)
                    index = self.__dict__.get('_forklore_given', 0)
                    call = Call('result.get', submission.tag, timeout_fields(True, timeout))
                    if not self._items and self._length != self._index:
                        call.waiting()
                    more = ''
                    try:
                        value = silently(original, self, timeout)
                    except StopIteration as end:
                        if call.waited:
                            call.failed(end)
                        raise
                    except BaseException as error:
                        call.failed(error)
                        raise
                    self._forklore_given = index + 1
                    if not ordered:
                        order = self.__dict__.get('_forklore_order')
                        index = order.pop(0) if order else None
                    if index is not None:
                        more = '"task":%d' % (submission.first + index)
                    call.done(short_repr(value), more=more)
                    return value
                except BaseException as error:
                    hide_frames(error)
                    raise
            return next
        return make

    iterator, unordered = module.IMapIterator, module.IMapUnorderedIterator
    usual = iterator.__dict__['next']
    iterator.__next__ = wrap(iterator, 'next', make_next(True))
    unordered.next = unordered.__next__ = make_next(False)(usual)
    unordered.next.__qualname__ = 'IMapIterator.next'

    def comes_back(self, i, obj):
        submission = getattr(self, '_forklore', None)
        if submission is not None and submission.first is not None:
            if isinstance(self, unordered):
                self.__dict__.setdefault('_forklore_order', []).append(i)
            # A task that could not be sent comes back without having been anywhere.
            if tracing() and sys._getframe(2).f_code.co_name != '_handle_tasks':
                number = '"task":%d' % (submission.first + i)
                Call('result.ready', submission.tag, number, at='').done()
    for owner in (result, module.MapResult, iterator, unordered):
        # The program's callback is called from here.
        inline.follow(owner, '_set', comes_back)
