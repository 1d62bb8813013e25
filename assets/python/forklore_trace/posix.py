"""`os`: fork, the waits for children, pipes and `_exit`, where the program calls them itself.

Traces `os.fork` before the child is there, a wait with the status that it collected
(`process.reaped`), the ends of an `os.pipe`, signals that end another, and what `os._exit` throws away. Every child that any code
of Python collects is collected here. Descriptors that the program duplicates or wraps in a file are not
followed.
"""

import os
import sys

from . import cfunction, channel, place, stdio
from .call import Call, join_fields, text_field, tracing
from .channel import local, send
from .identity import by_descriptor, new_tag, next_name, tell_create, tell_name
from .tracebacks import hide_frames

# Descriptor of an end of one of the program's pipes → its tag and the key of what is behind it.
_ends = {}
# The builtins that were replaced.
usual = {}
# As much as a pipe takes at once: PIPE_BUF of Linux.
_ATOMIC = 4096


def patch():
    """Puts builtins that tell of themselves in the place of those of `os`."""
    for name, told in (('fork', _fork), ('pipe', _pipe), ('pipe2', _pipe), ('read', _read), ('write', _write),
                       ('close', _close), ('_exit', _exit), ('wait', _any), ('waitpid', _pid), ('wait3', _any),
                       ('wait4', _pid), ('waitid', _id), ('kill', _kill), ('killpg', _kill)):
        if hasattr(os, name):
            usual[name] = getattr(os, name)
            _replace(name, told(usual[name]))


def _replace(name, told, live=channel):
    # All that is needed once the modules are emptied is bound here.
    original, ours, hide = usual[name], tracing, hide_frames

    def call(*args, **kwargs):
        try:
            if not live.on or not ours():
                return original(*args, **kwargs)
            return told(*args, **kwargs)
        except BaseException as error:
            hide(error)
            raise
    cfunction.put(os, name, cfunction.in_module(original, call))


def _kill(original):
    """Who ends another process: by these two signals, as `terminate()` and `kill()` do."""
    def kill(*args, **kwargs):
        if kwargs:
            return original(*args, **kwargs)
        word = len(args) == 2 and all(isinstance(one, int) for one in args) and {9: 'kill', 15: 'terminate'}.get(args[1])
        if not word or args[0] <= 0 or args[0] == os.getpid() or not place.is_users(sys._getframe(2)):
            return original(*args)
        Call(word, None, '"pid":%d' % args[0]).done()
        return original(*args)
    return kill


def _unflushed():
    text = stdio.unflushed()
    return '"n":%d,%s' % (len(text), text_field('value', text[:200].decode('utf-8', 'replace'))) if text else ''


def _fork(original):
    def fork(*args, **kwargs):
        if place.is_multiprocessings(sys._getframe(2)):
            # Whoever is born there says so itself.
            return original(*args, **kwargs)
        local.forking = name = next_name('os.fork')
        call = Call('os.fork', None, join_fields(text_field('child', name), _unflushed()))
        # Before the fork, for the child's first event must not come first.
        call.done()
        try:
            pid = original(*args, **kwargs)
        except BaseException as error:
            local.forking = None
            send('"kind":"fault","fault":"start_failed",' + text_field('detail', '%s: %s' % (name, error)))
            raise
        if pid:
            local.forking = None
        return pid
    return fork


def _exit(original):
    def _exit(*args, **kwargs):
        try:
            status = args[0] if args else kwargs.get('status')
            if place.is_users(sys._getframe(2)) and type(status) is int:
                if 'forklore_trace.queues' in sys.modules:
                    sys.modules['forklore_trace.queues'].tell_unsent()
                Call('os._exit', None, join_fields('"index":%d' % status, _unflushed())).done()
        finally:
            original(*args, **kwargs)
    return _exit


def _reaped(pid, status):
    """A status that was collected, of a child that has ended."""
    if os.WIFSIGNALED(status):
        how = '"signal":%d' % os.WTERMSIG(status)
    elif os.WIFEXITED(status):
        how = '"code":%d' % os.WEXITSTATUS(status)
    else:
        return
    send('"pid":%d,"kind":"process.reaped",%s,"by":%d' % (pid, how, os.getpid()))


def _wait(original, pid, options, args, kwargs):
    call = None
    if place.is_users(sys._getframe(3)):
        fields = '"pid":%d' % pid if type(pid) is int and pid > 0 else ''
        patient = not (type(options) is int and options & os.WNOHANG)
        call = Call('os.waitpid' if fields else 'os.wait', None,
                    fields if patient else join_fields(fields, '"blocking":false'))
        if patient:
            call.waiting()
    try:
        found = original(*args, **kwargs)
    except BaseException as error:
        if call is not None:
            call.failed(error)
        raise
    if found[0]:
        _reaped(found[0], found[1])
    if call is not None:
        call.done(str(found[0]))
    return found


def _any(original):
    def wait(*args, **kwargs):
        return _wait(original, None, args[0] if args else kwargs.get('options', 0), args, kwargs)
    return wait


def _pid(original):
    def waitpid(*args, **kwargs):
        options = args[1] if len(args) > 1 else kwargs.get('options', 0)
        return _wait(original, args[0] if args else kwargs.get('pid'), options, args, kwargs)
    return waitpid


def _id(original):
    def waitid(*args, **kwargs):
        found = original(*args, **kwargs)
        if found is not None and not args[2] & os.WNOWAIT and found.si_code in (
                os.CLD_EXITED, getattr(os, 'CLD_KILLED', 2), os.CLD_DUMPED):
            send('"pid":%d,"kind":"process.reaped","%s":%d,"by":%d' % (
                found.si_pid, 'code' if found.si_code == os.CLD_EXITED else 'signal', found.si_status,
                os.getpid()))
        return found
    return waitid


def _pipe(original):
    def pipe(*args, **kwargs):
        frame = sys._getframe(2)
        ends = original(*args, **kwargs)
        if place.is_users(frame):
            keys = [by_descriptor(end, side) for end, side in zip(ends, (':r', ':w'))]
            tags = [new_tag('os.pipe', key) for key in keys]
            for at, (end, tag, key) in enumerate(zip(ends, tags, keys)):
                tell_create(tag, 'os.pipe', '"key":"%s","of"%s' % ('rw'[at], tags[1 - at].field[8:]))
                _ends[end] = tag, key
            for at, tag in enumerate(tags):
                tell_name(tag, frame, at)
        return ends
    return pipe


def _tag(descriptor):
    """The tag of an end, as long as the descriptor is the one it was."""
    known = _ends.get(descriptor) if type(descriptor) is int else None
    if known is None:
        return None
    if by_descriptor(descriptor, known[1][-2:]) != known[1]:
        del _ends[descriptor]
        return None
    return known[0]


def _is_ready(descriptor, reads):
    import select
    poll = select.poll()
    poll.register(descriptor, select.POLLIN if reads else select.POLLOUT)
    return bool(poll.poll(0))


def _read(original):
    def read(*args, **kwargs):
        tag = _tag(args[0]) if _ends and args else None
        if tag is None:
            return original(*args, **kwargs)
        call = Call('read', tag, '"n":%d' % args[1] if len(args) > 1 and type(args[1]) is int else '')
        try:
            if not _is_ready(args[0], True):
                call.waiting()
            data = original(*args)
        except BaseException as error:
            call.failed(error)
            raise
        call.done(str(len(data)))
        return data
    return read


def _write(original):
    def write(*args, **kwargs):
        tag = _tag(args[0]) if _ends and len(args) == 2 else None
        if tag is None or type(args[1]) is not bytes:
            return original(*args, **kwargs)
        count = len(args[1])
        call = Call('write', tag, '"n":%d' % count)
        if count <= _ATOMIC and _is_ready(args[0], False):
            # It goes through as a whole: told before anybody can read it.
            call.done(str(count))
            return original(*args)
        call.waiting()
        try:
            written = original(*args)
        except BaseException as error:
            call.failed(error)
            raise
        call.done(str(written))
        return written
    return write


def _close(original):
    def close(*args, **kwargs):
        tag = _tag(args[0]) if _ends and args else None
        if tag is not None:
            Call('close', tag).done()
            del _ends[args[0]]
        return original(*args, **kwargs)
    return close
