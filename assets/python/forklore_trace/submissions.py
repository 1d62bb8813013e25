"""Work that is handed to a pool, and the numbers of its tasks.

Numbers a job by its first task, so the task that a worker takes says which one it is, with nothing
added to the pipe. A submission is reported when the pool has numbered it and before a worker can see
it; the parts of an `imap` when the pool's thread comes to them.
"""

import itertools

from . import ledger
from .call import Call, short_repr, tracing, text_field
from .channel import local
from .hooks import wrap
from .identity import tag_of
from .steps import silently
from .tracebacks import hide_frames

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


class Numbers(object):
    """The numbers a pool gives next, to whichever thread hands it work."""

    def __init__(self):
        self.turn = ledger.allocate_lock()
        self.next, self.far = 0, _UNKNOWN


class _Submission(object):
    """What is being handed to a pool in one call: its parts, each a task."""

    def __init__(self, pool, func, values, parts, callbacks=''):
        self.pool, self.parts, self.values = pool, parts, values
        self.tag = tag_of(pool)
        self.func = text_field('func', getattr(func, '__name__', type(func).__name__))
        self.call = Call('submit', self.tag, self.func)
        self.callbacks = callbacks
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
        self.call.done(more=text_field('value', value) + ',"task":%d' % task + self.callbacks)

    def refused(self, error):
        """The event of a call that the pool did not take."""
        if self.first is None:
            value = next(iter(self.values), None) if self.values is not None else None
            self.call.failed(error, more='' if value is None else text_field('value', value))


def _callbacks(given, options):
    """The field that says which functions get to know of the result; they may be given by place."""
    names = ('callback', 'error_callback')
    values = dict(zip(names, given), **options)
    told = [name for name in names if values.get(name) is not None]
    return ',"callbacks":"%s"' % ' '.join(told) if told else ''


def _chunks(values, size):
    """The texts of a map's parts: an item, or a list of them."""
    items = iter(values)
    while True:
        part = list(itertools.islice(items, size))
        if not part:
            return
        yield short_repr(part[0] if len(part) == 1 else part)


def follow(module):
    """Follows the pool's methods that take work, and the counter they number it by."""
    pool = module.Pool

    def submitted(original, submission, self, *args, **kwargs):
        local.submission = submission
        try:
            return silently(original, self, *args, **kwargs)
        except BaseException as error:
            submission.refused(error)
            raise
        finally:
            local.submission = None

    def apply_async(original, self, func, args=(), kwds={}, *more, **options):
        value = short_repr(tuple(args)) + (' ' + short_repr(dict(kwds)) if kwds else '')
        return submitted(original, _Submission(self, func, [value], 1, _callbacks(more, options)),
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
            submission = _Submission(self, func, _chunks(iterable, size), parts,
                                     _callbacks(more, options))
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
            submission.tell(task[0] + task[1], short_repr(value))
            yield task

    def method(told):
        def make(original):
            def submit(self, *args, **kwargs):
                try:
                    if not tracing() or tag_of(self) is None:
                        return original(self, *args, **kwargs)
                    return told(original, self, *args, **kwargs)
                except BaseException as error:
                    hide_frames(error)
                    raise
            return submit
        return make

    module.job_counter = _Jobs(module.job_counter)
    for name, told in (('apply_async', apply_async), ('_map_async', map_async),
                       ('imap', imap), ('imap_unordered', imap)):
        wrap(pool, name, method(told))
    wrap(pool, '_guarded_task_generation', make_generation)
