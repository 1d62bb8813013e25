"""`multiprocessing.pool`: a pool from its creation to its end, and the work of its workers.

Owns `create`, `close`, `terminate`, `join`, and what a worker tells of its tasks: the beginning when
it has taken one, the end before the result can be seen. How tasks get in is `submissions`', how they
come back is `results`'. A `ThreadPool` has no processes and is not followed.
"""

from . import channel, inline, ledger, results, submissions
from .call import Call, shown, telling
from .channel import local
from .hooks import wrap
from .identity import by_descriptor, created, found, named, new, of, visible
from .steps import quietly, witnessed
from .tracebacks import unseen


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
                number = '"task":%d' % (task[0] + task[1])
                witnessed(Call('task.start', tag, number, at=''), tag)
            return task
        except BaseException as error:
            unseen(error)
            raise
    line.get = get


def _tell_results(line, tag, pickler):
    """Has a worker tell of each result before it can be seen."""
    writer, lock = line._writer, line._wlock

    def put(result):
        try:
            # What can't be pickled raises here, before anything was said.
            data = pickler.dumps(result)
            if result is not None and channel.on:
                job, part, (fine, value) = result
                call = Call('task.end', tag, '"task":%d' % (job + part), at='')
                held = ledger.enter(tag.slot)
                try:
                    ver = ledger.count(tag.slot) if held else None
                    if fine:
                        call.done(shown(value), ver)
                    else:
                        call.failed(getattr(value, 'exc', value), ver)
                finally:
                    if held:
                        ledger.leave(tag.slot)
            with lock:
                writer.send_bytes(data)
        except BaseException as error:
            unseen(error)
            raise
    line.put = put


def _follow_lines(simple_queue, pickler):
    """Workers that were not forked know their lines when these arrive."""
    def make(original):
        def __setstate__(self, state):
            original(self, state)
            if not telling():
                return
            tag = found(by_descriptor(self._reader.fileno(), ':tasks'))
            if tag is not None:
                _tell_tasks(self, tag, pickler)
                return
            tag = found(by_descriptor(self._writer.fileno(), ':results'))
            if tag is not None:
                _tell_results(self, tag, pickler)
        return __setstate__
    wrap(simple_queue, '__setstate__', make)


def patch(module):
    """Follows `Pool`, its workers and its results."""
    from multiprocessing import queues, reduction
    pool = module.Pool
    pickler = reduction.ForkingPickler
    _follow_lines(queues.SimpleQueue, pickler)

    def begins(self, *_, **__):
        self._forklore_frame = visible() if telling() and not isinstance(
            self, module.ThreadPool) else None
        local.quiet += 1

    def populates(self):
        if self.__dict__.get('_forklore_frame') is not None and of(self) is None:
            # The pool is sound and has no workers yet.
            tag = new('Pool', by_descriptor(self._inqueue._reader.fileno(), ':tasks'))
            ledger.remember(by_descriptor(self._outqueue._writer.fileno(), ':results'),
                            tag.name, tag.slot)
            self._forklore = tag
            _tell_tasks(self._inqueue, tag, pickler)
            _tell_results(self._outqueue, tag, pickler)
            self._forklore_numbers = submissions.Numbers()
            created(tag, 'Pool', '"n":%d' % self._processes)

    def begun(self, *_, **__):
        local.quiet -= 1
        frame, self._forklore_frame = self._forklore_frame, None
        if frame is not None and of(self) is not None:
            named(of(self), frame)

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

    # What the program runs in a forked worker stands on the stack of these.
    inline.follow(pool, '__init__', begins, ended=begun)
    inline.follow(pool, '_repopulate_pool', populates)
    wrap(pool, 'close', make_ending('close'))
    wrap(pool, 'terminate', make_ending('terminate'))
    wrap(pool, 'join', make_join)
    submissions.follow(module)
    results.follow(module)
