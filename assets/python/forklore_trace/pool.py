"""`multiprocessing.pool`: tasks from their submission to their result.

Owns the numbers of tasks: a job's number is that of its first task, so that the task a worker takes
says which it is without a word more in the pipe. Submissions are told when the pool has numbered them
and before a worker can see them, ends before their result can be seen. A `ThreadPool` has no
processes and is not followed.
"""

import _thread
import itertools
import sys

from . import ledger
from .call import Call, joined, patience, shown, telling, text
from .channel import local
from .hooks import wrap
from .identity import by_descriptor, created, found, named, new, of, visible
from .tracebacks import unseen

# Jobs of an iterable without a length are numbered from here on, this far apart.
_UNKNOWN = 1 << 32
# Types whose length can be trusted, and that can be gone through twice.
_SIZED = (list, tuple, range, dict, set, frozenset, str, bytes)


class _Jobs(object):
    """CPython's counter of jobs; those of followed pools get the number of their first task."""

    def __init__(self, usual):
        self._usual = usual

    def __iter__(self):
        return self

    def __next__(self):
        submission, local.submission = local.submission, None
        if submission is None:
            return next(self._usual)
        local.numbered = submission
        return submission.number()


class _Numbers(object):
    """The numbers a pool gives next, to whichever thread hands it work."""

    def __init__(self):
        self.turn = _thread.allocate_lock()
        self.next, self.far = 0, _UNKNOWN


class _Submission(object):
    """What is being handed to a pool in one call: its parts, each a task."""

    def __init__(self, pool, func, values, parts):
        self.pool, self.parts, self.values = pool, parts, values
        self.tag = of(pool)
        self.func = text('func', getattr(func, '__name__', type(func).__name__))
        self.call = Call('submit', self.tag, self.func)
        self.first = None

    def number(self):
        """Takes numbers for all parts and tells of them."""
        numbers = self.pool._forklore_numbers
        with numbers.turn:
            # A job without tasks takes a number too: no two jobs of a pool may share one.
            if self.parts is None:
                self.first = numbers.far
                numbers.far += _UNKNOWN
            else:
                self.first = numbers.next
                numbers.next += max(self.parts, 1)
        if self.values is not None:
            for part, value in enumerate(self.values):
                self.tell(self.first + part, value)
        return self.first

    def tell(self, task, value):
        """The event of one task."""
        _witnessed(self.call, self.tag, None, text('value', value) + ',"task":%d' % task)

    def refused(self, error):
        """The event of a call that the pool did not take."""
        if self.first is None:
            value = next(iter(self.values), None) if self.values is not None else None
            self.call.failed(error, more='' if value is None else text('value', value))


def _witnessed(call, tag, result, more=''):
    held = ledger.enter(tag.slot)
    try:
        call.done(result, ledger.count(tag.slot) if held else None, more)
    finally:
        if held:
            ledger.leave(tag.slot)


def _quietly(function, *args, **kwargs):
    local.quiet += 1
    try:
        return function(*args, **kwargs)
    finally:
        local.quiet -= 1


class _Tasks(object):
    """The line of tasks as a worker sees it."""

    def __init__(self, line, tag):
        self._line, self._tag = line, tag
        self._writer, self._reader = line._writer, line._reader

    def get(self):
        task = self._line.get()
        if task is not None:
            _witnessed(Call('task.start', self._tag, '"task":%d' % (task[0] + task[1]), at=''),
                       self._tag, None)
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


def _chunks(values, size):
    """The texts of a map's parts: an item, or a list of them."""
    items = iter(values)
    while True:
        part = list(itertools.islice(items, size))
        if not part:
            return
        yield shown(part[0] if len(part) == 1 else part)


def _follow_submissions(module):
    pool = module.Pool

    def submitted(original, submission, self, *args, **kwargs):
        local.submission = submission
        try:
            return _quietly(original, self, *args, **kwargs)
        except BaseException as error:
            submission.refused(error)
            raise
        finally:
            local.submission = None

    def apply_async(original, self, func, args=(), kwds={}, *more, **options):
        value = shown(tuple(args)) + (' ' + shown(dict(kwds)) if kwds else '')
        return submitted(original, _Submission(self, func, [value], 1),
                         self, func, args, kwds, *more, **options)

    def map_async(original, self, func, iterable, mapper, chunksize=None, *more, **options):
        if self._state != module.RUN:
            return submitted(original, _Submission(self, func, None, 0),
                             self, func, iterable, mapper, chunksize, *more, **options)
        if type(iterable) not in _SIZED:
            # As CPython does with what has no length; what is shown must not be used up.
            iterable = list(iterable)
        size = chunksize
        if size is None:
            # About four parts for each worker.
            size = -(-len(iterable) // (len(self._pool) * 4))
        if not isinstance(size, int) or size < 1:
            submission = _Submission(self, func, None, 0)
        else:
            parts = -(-len(iterable) // size)
            submission = _Submission(self, func, _chunks(iterable, size), parts)
        return submitted(original, submission, self, func, iterable, mapper, chunksize,
                         *more, **options)

    def imap(original, self, func, iterable, chunksize=1):
        parts = None
        if type(iterable) in _SIZED and isinstance(chunksize, int) and chunksize > 0:
            parts = -(-len(iterable) // chunksize)
        submission = _Submission(self, func, None, parts)
        local.lazy = submission
        try:
            return submitted(original, submission, self, func, iterable, chunksize)
        finally:
            local.lazy = None

    def make_generation(original):
        def _guarded_task_generation(self, result_job, func, iterable):
            tasks = original(self, result_job, func, iterable)
            submission = local.lazy
            return tasks if submission is None else lazily(submission, tasks)
        return _guarded_task_generation

    def lazily(submission, tasks):
        # Called by the thread that feeds the workers, task by task.
        for task in tasks:
            args = task[3][0] if task[3] else ()
            items = args[1] if isinstance(args, tuple) and task[2] is module.mapstar else None
            value = args if items is None else (items[0] if len(items) == 1 else list(items))
            submission.tell(task[0] + task[1], shown(value))
            yield task

    def method(told):
        def make(original):
            def submit(self, *args, **kwargs):
                try:
                    if not telling() or of(self) is None:
                        return original(self, *args, **kwargs)
                    return told(original, self, *args, **kwargs)
                except BaseException as error:
                    unseen(error)
                    raise
            return submit
        return make

    module.job_counter = _Jobs(module.job_counter)
    for name, told in (('apply_async', apply_async), ('_map_async', map_async),
                       ('imap', imap), ('imap_unordered', imap)):
        wrap(pool, name, method(told))
    wrap(pool, '_guarded_task_generation', make_generation)


def _follow_results(module):
    def fields(submission):
        return '"task":%d%s' % (
            submission.first, '' if submission.parts == 1 else ',"n":%d' % submission.parts)

    def method(op, waits):
        def make(original):
            def ask(self, *args, **kwargs):
                try:
                    submission = getattr(self, '_forklore', None)
                    if submission is None or submission.first is None or not telling():
                        return original(self, *args, **kwargs)
                    timeout = kwargs.get('timeout', args[0] if args else None)
                    call = Call(op, submission.tag, joined(
                        fields(submission), patience(True, timeout)))
                    try:
                        if waits and not _quietly(type(self).ready, self):
                            call.waiting()
                        value = _quietly(original, self, *args, **kwargs)
                    except BaseException as error:
                        call.failed(error)
                        raise
                    _witnessed(call, submission.tag, None if op == 'result.wait' else shown(value))
                    return value
                except BaseException as error:
                    unseen(error)
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
                    if submission is None or submission.first is None or not telling():
                        return original(self, timeout)
                    index = self.__dict__.get('_forklore_given', 0)
                    call = Call('result.get', submission.tag, patience(True, timeout))
                    if not self._items and self._length != self._index:
                        call.waiting()
                    more = ''
                    try:
                        value = _quietly(original, self, timeout)
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
                    _witnessed(call, submission.tag, shown(value), more)
                    return value
                except BaseException as error:
                    unseen(error)
                    raise
            return next
        return make

    iterator, unordered = module.IMapIterator, module.IMapUnorderedIterator
    usual = iterator.__dict__['next']
    iterator.__next__ = wrap(iterator, 'next', make_next(True))
    unordered.next = unordered.__next__ = make_next(False)(usual)
    unordered.next.__qualname__ = 'IMapIterator.next'

    def make_set(original):
        def _set(self, i, obj):
            submission = getattr(self, '_forklore', None)
            if submission is not None and submission.first is not None:
                if isinstance(self, unordered):
                    self.__dict__.setdefault('_forklore_order', []).append(i)
                # A task that could not be sent comes back without having been anywhere.
                if telling() and sys._getframe(1).f_code.co_name != '_handle_tasks':
                    _witnessed(Call('result.ready', submission.tag,
                                    '"task":%d' % (submission.first + i), at=''),
                               submission.tag, None)
            return original(self, i, obj)
        return _set
    for owner in (result, module.MapResult, iterator, unordered):
        wrap(owner, '_set', make_set)


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
                self._forklore_numbers = _Numbers()
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
                    _witnessed(Call(op, tag), tag, None)
                    return _quietly(original, self)
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
                    _quietly(original, self)
                except BaseException as error:
                    call.failed(error)
                    raise
                _witnessed(call, tag, None)
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
    _follow_submissions(module)
    _follow_results(module)
