"""`multiprocessing.pool`: a pool from its creation to its end, and the work of its workers.

Owns `create`, `close`, `terminate`, `join`, and what a worker tells of its tasks: the beginning when
it has taken one, the end before the result can be seen. How tasks get in is `submissions`', how they
come back is `results`'. A `ThreadPool` has no processes and is not followed.
"""

from . import ledger, results, submissions
from .call import Call, shown, telling
from .channel import local
from .hooks import wrap
from .identity import by_descriptor, created, found, named, new, of, visible
from .steps import quietly, witnessed
from .tracebacks import unseen


class _Tasks(object):
    """The line of tasks as a worker sees it."""

    def __init__(self, line, tag):
        self._line, self._tag = line, tag
        self._writer, self._reader = line._writer, line._reader

    def get(self):
        task = self._line.get()
        if task is not None:
            number = '"task":%d' % (task[0] + task[1])
            witnessed(Call('task.start', self._tag, number, at=''), self._tag)
        return task


class _Results(object):
    """The line of results as a worker sees it."""

    def __init__(self, line, tag, pickler):
        self._line, self._tag, self._dumps = line, tag, pickler.dumps
        self._writer, self._reader = line._writer, line._reader

    def put(self, result):
        # What can't be pickled raises here, before anything was said.
        data = self._dumps(result)
        job, part, (fine, value) = result
        call = Call('task.end', self._tag, '"task":%d' % (job + part), at='')
        held = ledger.enter(self._tag.slot)
        try:
            ver = ledger.count(self._tag.slot) if held else None
            if fine:
                call.done(shown(value), ver)
            else:
                call.failed(getattr(value, 'exc', value), ver)
        finally:
            if held:
                ledger.leave(self._tag.slot)
        with self._line._wlock:
            self._line._writer.send_bytes(data)


def _follow_worker(module):
    from multiprocessing import reduction

    def make(original):
        def worker(inqueue, outqueue, *args, **kwargs):
            tag = getattr(inqueue, '_forklore_pool', None)
            if tag is None and telling() and hasattr(inqueue, '_reader'):
                tag = found(by_descriptor(inqueue._reader.fileno(), ':tasks'))
            if tag is not None:
                inqueue = _Tasks(inqueue, tag)
                outqueue = _Results(outqueue, tag, reduction.ForkingPickler)
            return original(inqueue, outqueue, *args, **kwargs)
        return worker
    wrap(module, 'worker', make)


def patch(module):
    """Follows `Pool`, its workers and its results."""
    pool = module.Pool

    def make_init(original):
        def __init__(self, *args, **kwargs):
            frame = visible() if telling() and not isinstance(self, module.ThreadPool) else None
            self._forklore_frame = frame
            local.quiet += 1
            try:
                original(self, *args, **kwargs)
            except BaseException as error:
                unseen(error)
                raise
            finally:
                local.quiet -= 1
                self._forklore_frame = None
            if frame is not None and of(self) is not None:
                named(of(self), frame)
        return __init__

    def make_repopulate(original):
        def _repopulate_pool(self):
            if self.__dict__.get('_forklore_frame') is not None and of(self) is None:
                # The pool is sound and has no workers yet.
                tag = new('Pool', by_descriptor(self._inqueue._reader.fileno(), ':tasks'))
                self._forklore = self._inqueue._forklore_pool = tag
                self._forklore_numbers = submissions.Numbers()
                created(tag, 'Pool', '"n":%d' % self._processes)
            return original(self)
        return _repopulate_pool

    def make_ending(op):
        def make(original):
            def end(self):
                try:
                    tag = of(self)
                    if tag is None or not telling():
                        return original(self)
                    witnessed(Call(op, tag), tag, None)
                    return quietly(original, self)
                except BaseException as error:
                    unseen(error)
                    raise
            return end
        return make

    def make_join(original):
        def join(self):
            try:
                tag = of(self)
                if tag is None or not telling():
                    return original(self)
                call = Call('join', tag)
                try:
                    if self._state != module.RUN and self._worker_handler.is_alive():
                        call.waiting()
                    quietly(original, self)
                except BaseException as error:
                    call.failed(error)
                    raise
                witnessed(call, tag, None)
            except BaseException as error:
                unseen(error)
                raise
        return join

    wrap(pool, '__init__', make_init)
    wrap(pool, '_repopulate_pool', make_repopulate)
    wrap(pool, 'close', make_ending('close'))
    wrap(pool, 'terminate', make_ending('terminate'))
    wrap(pool, 'join', make_join)
    _follow_worker(module)
    submissions.follow(module)
    results.follow(module)
