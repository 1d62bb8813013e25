"""A child of `multiprocessing`, looked at before its function runs and after it.

Tells what nobody else will: the exception it ended with, the value that its target returned, exit
handlers that will not run, and changes to its own copies of the parent's variables (`copies`). Asks
`inherited` what a forked child has from its parent. Says nothing where there is nothing to say.
"""

import os
import sys

from . import code, copies, inline, inherited, nested, place
from .call import Call, error_text, join_fields, short_repr, text_field, tracing

# Tasks of a worker after which its copies are looked at: it may be ended before its own end.
_TASKS = (1, 2, 4, 8, 16, 32)


class _Child(object):
    """What was so when the child's function began."""

    def __init__(self):
        self.pid = os.getpid()
        self.process = None
        self.names = {}
        self.variables = {}
        self.arguments = ()
        self.attributes = {}
        self.told = set()
        self.tasks = 0
        self.handlers = None
        # Queues between threads that handlers of the module logging put their records into.
        self.handlers_queues = ()


_child = None


def patch_util(util):
    """Follows what a child calls after its function."""
    inline.follow(util, '_exit_function', _guarded(_leaves))


def patch_process(base):
    """Follows how a child's function ends, and whether anybody looks at the exit code."""
    inline.follow_try(base, '_bootstrap', 'child process calling self.run()', _guarded(_arrives), _guarded(_fails))
    inline.give_value(base, 'run', _guarded(_returned))
    inline.follow_property(base, 'exitcode', _guarded(_looked_at))


def _guarded(function):
    def guarded(*args):
        try:
            function(*args)
        except Exception:
            pass
    return guarded


def _main():
    return sys.modules['__main__'].__dict__


def _arrives(current):
    global _child
    _child = None
    nested.forget()
    if not tracing() or current._parent_pid is None or _is_service(current):
        return
    _child = child = _Child()
    child.process = current
    child.names = _main()
    child.variables = copies.variables(child.names)
    child.handlers_queues = [(name, one, copies.content(one)) for name, one in _logging_queues()
                             if not any(one is value for value in child.names.values())]
    if not _is_worker(current):
        child.arguments = [copies.content(one) for one in _arguments(current)]
        child.attributes = {name: copies.content(value) for name, value in vars(current).items()
                            if not name.startswith('_')}
    inherited.arrives(current)
    child.handlers = _handlers_wanted()


def _logging_queues():
    logging = sys.modules.get('logging')
    if logging is None:
        return []
    loggers = [logging.root] + list(logging.root.manager.loggerDict.values())
    handlers = [handler for logger in loggers for handler in getattr(logger, 'handlers', ())]
    queues = [getattr(handler, 'queue', None) for handler in handlers]
    return [('QueueHandler.queue', one) for one in queues if copies._is_queue(one)]


def _is_service(process):
    return getattr(getattr(process, '_target', None), '__module__', '') == 'multiprocessing.managers'


def _is_worker(process):
    module = getattr(getattr(process, '_target', None), '__module__', '')
    return module in ('multiprocessing.pool', 'concurrent.futures.process')


def _arguments(process):
    given = list(getattr(process, '_args', ())) + list(getattr(process, '_kwargs', {}).values())
    return [one for one in given if type(one) in copies._HOLDERS][:20]


def _leaves(*_):
    child = _child
    if child is None or child.pid != os.getpid() or not tracing():
        return
    _look(child)
    if not _is_worker(child.process):
        _look_at_own(child)
    inherited.leaves()
    nested.tell()
    _tell_handlers(child)


@_guarded
def task_ended():
    """A worker has ended a task: the next may be its last."""
    child = _child
    if child is None:
        return
    child.tasks += 1
    if child.tasks in _TASKS and child.pid == os.getpid():
        _look(child)
        inherited.looks()


def _fails(_process):
    """An exception has left the child's function."""
    error = sys.exc_info()[1]
    if tracing() and not (isinstance(error, SystemExit) and error.code in (None, 0)):
        # The traceback may go to where the program looks for it.
        fields = '"key":"captured"' if sys.stderr is not sys.__stderr__ else ''
        Call('raise', None, fields, _place(error.__traceback__)).failed(error)


def _place(entry):
    """The field of the innermost line of the program in a traceback."""
    found = ''
    while entry is not None:
        path = entry.tb_frame.f_code.co_filename
        if not path.startswith('<') and place._judge(path) == place._USER:
            found = ',"at":' + place.quote('%s:%d' % (path[path.rfind('/') + 1:], entry.tb_lineno))
        entry = entry.tb_next
    return found


def _target_place(process):
    known = getattr(getattr(process, '_target', None), '__code__', None)
    return None if known is None else '%s:%d' % (
        known.co_filename.rpartition('/')[2], known.co_firstlineno)


def _at(where):
    return '' if not where else ',"at":' + place.quote(where)


def _tell_change(child, kind, name, value, where):
    if (kind, name) in child.told or len(child.told) > 50:
        return
    child.told.add((kind, name))
    shown = copies.shown(value)
    Call('copy.changed', None, join_fields(
        text_field('key', kind), text_field('name', name),
        '' if shown is None else text_field('value', shown)), _at(where)).done()


def _look(child):
    """The variables of the main module."""
    given = [id(one) for one in child.process._args] + [id(child.process)]
    for name in copies.changed(child.variables, child.names):
        if id(copies.lookup(child.names, name)) in given and not _is_worker(child.process):
            # Told as what it is to the child.
            continue
        value = copies.lookup(child.names, name)
        kind = 'queue' if copies._is_queue(value) else 'global'
        where = code.changes_at(child.names, name.rpartition('.')[2]) or kind == 'queue' and _target_place(child.process)
        _tell_change(child, kind, name, value, where)
    for name, value, before in child.handlers_queues:
        if copies.differs(before, copies.content(value)):
            _tell_change(child, 'queue', name, value, _target_place(child.process))


def _look_at_own(child):
    """The process object and the arguments."""
    current = child.process
    kind = type(current).__name__
    for name, value in list(vars(current).items()):
        before = child.attributes.get(name)
        if name.startswith('_') or before is not None and not copies.differs(before, copies.content(value)):
            continue
        if before is None and not copies._is_variable(name, value):
            continue
        _tell_change(child, 'attribute', '%s.%s' % (kind, name), value, code.changes_at(child.names, name))
    for number, (before, value) in enumerate(zip(child.arguments, _arguments(current))):
        if copies.differs(before, copies.content(value)):
            name = _parameter(current, value) or 'argument %d' % (number + 1)
            _tell_change(child, 'argument', name, value, code.changes_at(child.names, name, True))


def _parameter(process, value):
    """The name the target gives to an argument."""
    for name, given in process._kwargs.items():
        if given is value:
            return name
    names = process._target.__code__.co_varnames
    for name, given in zip(names[hasattr(process._target, '__self__'):], process._args):
        if given is value:
            return name
    return None


def _returned(process, value):
    """The target has returned."""
    if not tracing():
        return
    target = process._target
    if process._popen is None and _current() is not process:
        # Called like any method: in this very process.
        _drop(process, 'run', value)
    elif code.never_runs(target):
        _drop(process, 'call', value)
    elif value is not None and not _is_worker(process) and not _is_service(process):
        _drop(process, 'return', value)


def _current():
    from multiprocessing import process
    return process.current_process()


def _drop(process, kind, value):
    target = process._target
    Call('drop', None, join_fields(
        text_field('key', kind), text_field('func', getattr(target, '__name__', type(target).__name__)),
        text_field('value', short_repr(value))), _at(_target_place(process))).done()


def _handlers_wanted():
    """Notes from now on what the program wants done at the exit of this child, which will not be: a
    child that was forked ends without it."""
    if inherited.method_of(_child.process) == 'spawn' or sys.version_info >= (3, 13):
        # These run them.
        return None
    import atexit
    from . import cfunction
    original = atexit.register
    wanted = []

    def register(*args, **kwargs):
        if args and tracing() and place.is_users(sys._getframe(1)):
            wanted.append((getattr(args[0], '__name__', '?'), _at_frame(sys._getframe(1))))
        return original(*args, **kwargs)
    atexit.register = cfunction.in_module(original, register)
    return wanted


def _at_frame(frame):
    return place._named(frame)


def _tell_handlers(child):
    for name, at in (child.handlers or ())[:10]:
        Call('drop', None, join_fields(text_field('key', 'atexit'), text_field('func', name)), at).done()


def _is_asked_by_program():
    """Whether the exit code is read by the program, or a test of Python's own, and not by the library."""
    frame = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        kind = place._judge(path)
        if kind not in (place._OURS, place._MULTIPROCESSING):
            return kind != place._LIBRARY or '/test/' in path
        frame = frame.f_back
    return False


def _looked_at(process):
    """Somebody reads an exit code: told once, when it is there."""
    popen = process._popen
    if (popen is not None and tracing() and '_forklore_seen' not in popen.__dict__
            and '_forklore_role' not in process.__dict__ and popen.poll() is not None
            and _is_asked_by_program()):
        popen._forklore_seen = True
        Call('exitcode', None, join_fields(
            text_field('child', process.name), '"pid":%d' % popen.pid)).done(str(popen.returncode))
