"""`concurrent.futures.process` and `.thread`: executors and the work of their workers.

Traces `create`, `submit` (and with it `map`) and `shutdown`, and what a worker does with its tasks: the
start when it has taken one, the end before the result can be seen. A process executor numbers its tasks
itself; those of a thread executor are counted here. `futures` traces how the results come back.
"""

import functools
import itertools
import sys

from . import inline
from .call import Call, short_repr, text_field, tracing
from .channel import local
from .hooks import wrap
from .identity import by_semaphore, creator_frame, lookup_tag, new_tag, tag_of, tell_create, tell_name
from .pool import tell_results
from .steps import attempt, silently
from .tracebacks import hide_frames


def _key(call_queue):
    """What a worker that was not forked knows its executor by."""
    key = by_semaphore(call_queue._rlock)
    return None if key is None else key + ':executor'


def _tell_calls(call_queue, tag):
    """Has a worker tell of each task it takes."""
    usual = call_queue.get

    def get(*args, **kwargs):
        try:
            item = usual(*args, **kwargs)
            if item is not None and tracing():
                Call('task.start', tag, '"task":%d' % item.work_id, at='').done()
            return item
        except BaseException as error:
            hide_frames(error)
            raise
    call_queue.get = get


def _of_result(item):
    """Task, success and value of what a worker sends; None of what is no result."""
    if isinstance(item, int):
        return None
    failed = item.exception is not None
    return item.work_id, not failed, item.exception if failed else item.result


def _asked(fn, args, kwargs):
    """The fields that name a function and its arguments; of a part of a map, what the program gave."""
    chunk = getattr(sys.modules.get('concurrent.futures.process'), '_process_chunk', None)
    if isinstance(fn, functools.partial) and fn.func is chunk and fn.args and args:
        fn, values = fn.args[0], args[0]
        value = short_repr(values[0] if len(values) == 1 else list(values))
    else:
        value = short_repr(tuple(args)) + (' ' + short_repr(dict(kwargs)) if kwargs else '')
    return text_field('func', getattr(fn, '__name__', type(fn).__name__)) + ',' + text_field('value', value)


def _follow(module, kind, created, number, workers):
    """Follows the executor of this name: `created` gives the tag of a new one, `number` that of the
    task it takes, `workers` those that a shutdown waits for."""
    executor = getattr(module, kind)

    def make_init(original):
        def __init__(self, *args, **kwargs):
            frame = creator_frame() if tracing() else None
            try:
                silently(original, self, *args, **kwargs)
            except BaseException as error:
                hide_frames(error)
                raise
            if frame is None or tag_of(self) is not None:
                return
            self._forklore = tag = created(self)
            tell_create(tag, kind, '"n":%d' % self._max_workers)
            tell_name(tag, frame)
        return __init__

    def submits(*given):
        # Before 3.9 all arguments are in the first one.
        self = given[0][0] if isinstance(given[0], tuple) else given[0]
        tag = tag_of(self)
        local.executing = None if tag is None or not tracing() else (self, Call('submit', tag))

    def not_submitted(*_):
        executing, local.executing = local.executing, None
        if executing is not None:
            executing[1].failed(sys.exc_info()[1])

    def submitted(*_):
        local.executing = None

    def make_item(original):
        def __init__(self, future, *given):
            original(self, future, *given)
            executing, local.executing = local.executing, None
            if executing is not None:
                # Nobody else numbers a task now: the executor's own lock is held.
                owner, call = executing
                field = '"task":%d' % number(owner)
                future._forklore = call.tag, field
                # From 3.14 on a thread's task comes in one piece.
                fn, args, kwargs = given if len(given) == 3 else given[0]
                call.done(more=_asked(fn, args, kwargs) + ',' + field)
        return __init__

    def make_shutdown(original):
        def shutdown(self, *args, **kwargs):
            try:
                tag = tag_of(self)
                if tag is None or not tracing():
                    return original(self, *args, **kwargs)
                call = Call('shutdown', tag)
                waits = kwargs.get('wait', args[0] if args else True)
                if waits and workers(self):
                    call.waiting()
                attempt(call, original, self, *args, **kwargs)
                call.done()
            except BaseException as error:
                hide_frames(error)
                raise
        return shutdown

    wrap(executor, '__init__', make_init)
    # A worker that is forked has this on its stack.
    inline.follow(executor, 'submit', submits, not_submitted, submitted)
    wrap(module._WorkItem, '__init__', make_item)
    wrap(executor, 'shutdown', make_shutdown)


def patch(module):
    """Follows `ProcessPoolExecutor` and what its workers run."""
    from multiprocessing import reduction
    pickler = reduction.ForkingPickler

    def created(self):
        self._call_queue._forklore_executor = tag = new_tag('ProcessPoolExecutor', _key(self._call_queue))
        return tag

    def serves(call_queue, result_queue, *_):
        tag = call_queue.__dict__.get('_forklore_executor')
        if tag is None and tracing():
            tag = lookup_tag(_key(call_queue))
        if tag is not None:
            _tell_calls(call_queue, tag)
            tell_results(result_queue, tag, pickler, _of_result)

    _follow(module, 'ProcessPoolExecutor', created, lambda self: self._queue_count,
            lambda self: self._processes)
    inline.follow(module, '_process_worker', serves)


def patch_thread(module):
    """Follows `ThreadPoolExecutor` and what its threads run."""
    def created(self):
        self._forklore_numbers = itertools.count()
        return new_tag('ThreadPoolExecutor')

    def runs(self, *_):
        known = getattr(self.future, '_forklore', None)
        if known is not None and self.future._state == 'PENDING' and tracing():
            Call('task.start', *known, at='').done()

    _follow(module, 'ThreadPoolExecutor', created, lambda self: next(self._forklore_numbers),
            lambda self: self._threads)
    inline.follow(module._WorkItem, 'run', runs)
