"""`multiprocessing.pool`: a pool from its creation to its end, and the work of its workers.

Traces `create`, `close`, `terminate`, `join`, and what a worker does with its tasks: the start when it
has taken one, the end before the result can be seen. `submissions` traces how tasks get in, `results`
how they come back. The workers of a `ThreadPool` are threads: they tell the same.
"""

import sys

from . import channel, endings, inline, ledger, results, submissions
from .call import Call, short_repr, tracing
from .channel import local
from .hooks import wrap
from .identity import by_descriptor, tell_create, lookup_tag, tell_name, new_tag, tag_of, creator_frame
from .steps import attempt, silently
from .tracebacks import hide_frames


def _tell_tasks(line, tag, pickler):
    """Has a worker tell of each task it takes. What is called holds the line's parts, not the line:
    its descriptors close with it."""
    reader, lock = line._reader, line._rlock

    def get():
        try:
            with lock:
                data = reader.recv_bytes()
            task = pickler.loads(data)
            if task is not None and channel.on:
                number = '"task":%d,"n":%d' % (task[0] + task[1], len(data))
                Call('task.start', tag, number, at='').done()
            return task
        except BaseException as error:
            hide_frames(error)
            raise
    line.get = get


def tell_results(line, tag, pickler, read):
    """Has a worker tell of each result before it can be seen; `read` gives its task, whether it went
    well, and what came of it, or None."""
    writer, lock = line._writer, line._wlock

    def put(result):
        try:
            # What can't be pickled raises here, before anything was said.
            data = pickler.dumps(result)
            of = read(result) if channel.on else None
            if of is not None:
                endings.task_ended()
                _tell_result(tag, of, ',"n":%d' % len(data))
            with lock:
                writer.send_bytes(data)
        except BaseException as error:
            hide_frames(error)
            raise
    line.put = put


class _Line(object):
    """A queue between a `ThreadPool` and its workers that tells of what they take and give."""

    def __init__(self, queue, tag):
        self._queue, self._tag = queue, tag

    def __getattr__(self, name):
        return getattr(self._queue, name)

    def get(self, *args, **kwargs):
        task = self._queue.get(*args, **kwargs)
        if task is not None and tracing() and not args and not kwargs:
            Call('task.start', self._tag, '"task":%d' % (task[0] + task[1]), at='').done()
        return task


class _Results(_Line):

    def put(self, result):
        if result is not None and tracing():
            _tell_result(self._tag, _of_result(result))
        self._queue.put(result)


def _tell_result(tag, of, more=''):
    task, fine, value = of
    call = Call('task.end', tag, '"task":%d%s' % (task, more), at='')
    if fine:
        call.done(short_repr(value))
    else:
        call.failed(getattr(value, 'exc', value))


def _of_result(result):
    if result is None:
        return None
    job, part, (fine, value) = result
    return job + part, fine, value


def _follow_lines(simple_queue, pickler):
    """Workers that were not forked know their lines when these arrive."""
    def make(original):
        def __setstate__(self, state):
            original(self, state)
            if not tracing():
                return
            tag = lookup_tag(by_descriptor(self._reader.fileno(), ':tasks'))
            if tag is not None:
                _tell_tasks(self, tag, pickler)
                return
            tag = lookup_tag(by_descriptor(self._writer.fileno(), ':results'))
            if tag is not None:
                tell_results(self, tag, pickler, _of_result)
        return __setstate__
    wrap(simple_queue, '__setstate__', make)


def patch(module):
    """Follows `Pool`, its workers and its results."""
    from multiprocessing import queues, reduction
    pool = module.Pool
    pickler = reduction.ForkingPickler
    _follow_lines(queues.SimpleQueue, pickler)

    def begins(self, *_, **__):
        # Of a pool that a manager's server makes, the server's address.
        self._forklore_frame = local.serving or creator_frame() if tracing() else None
        local.serving = None
        local.silenced += 1

    def populates(self):
        if self.__dict__.get('_forklore_frame') is not None and tag_of(self) is None:
            # The pool is sound and has no workers yet.
            self._forklore_numbers = submissions.Numbers()
            if isinstance(self, module.ThreadPool):
                self._forklore = tag = new_tag('ThreadPool')
                self._inqueue, self._outqueue = _Line(self._inqueue, tag), _Results(self._outqueue, tag)
                return tell_create(tag, 'ThreadPool', '"n":%d' % self._processes)
            tag = new_tag('Pool', by_descriptor(self._inqueue._reader.fileno(), ':tasks'))
            ledger.remember(by_descriptor(self._outqueue._writer.fileno(), ':results'),
                            tag.name, tag.slot)
            self._forklore = tag
            _tell_tasks(self._inqueue, tag, pickler)
            tell_results(self._outqueue, tag, pickler, _of_result)
            tell_create(tag, 'Pool', '"n":%d' % self._processes)

    def begun(self, *_, **__):
        local.silenced -= 1
        frame, self._forklore_frame = self._forklore_frame, None
        tag = tag_of(self)
        if frame is None or tag is None:
            return
        if isinstance(frame, str):
            ledger.remember('proxy:%s:%x' % (frame, id(self)), tag.name, tag.slot)
        else:
            tell_name(tag, frame)

    def make_ending(op):
        def make(original):
            def end(self):
                try:
                    tag = tag_of(self)
                    if tag is None or not tracing():
                        return original(self)
                    # Left by the end of a `with` block.
                    by = '"key":"with"' if sys._getframe(1).f_code.co_name == '__exit__' else ''
                    Call(op, tag, by).done()
                    return silently(original, self)
                except BaseException as error:
                    hide_frames(error)
                    raise
            return end
        return make

    def make_join(original):
        def join(self):
            try:
                tag = tag_of(self)
                if tag is None or not tracing():
                    return original(self)
                call = Call('join', tag)
                if self._state != module.RUN and self._worker_handler.is_alive():
                    call.waiting()
                attempt(call, original, self)
                call.done()
            except BaseException as error:
                hide_frames(error)
                raise
        return join

    # What the program runs in a forked worker stands on the stack of these.
    inline.follow(pool, '__init__', begins, ended=begun)
    inline.follow(pool, '_repopulate_pool', populates)
    wrap(pool, 'close', make_ending('close'))
    wrap(pool, 'terminate', make_ending('terminate'))
    wrap(pool, 'join', make_join)
    submissions.follow(module)
    results.follow(module)
