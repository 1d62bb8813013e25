"""`multiprocessing.process`: how a parent starts, joins and ends its children.

Traces `start`, `join`, `terminate`, `kill` and `close`, and tells a child who it is: a forked child
reports it right after the fork (`identity`), a spawned one before it imports the main module, from the
preparation data. Workers of a pool and the server of a manager are not operations.
"""

import os
import sys

from . import channel, endings, forked, inherited, inline, names, place
from .call import Call, tracing, join_fields, timeout_fields, text_field
from .channel import local, send
from .hooks import wrap
from .identity import tell_start
from .steps import attempt
from .tracebacks import hide_frames


# What the workers of pools and executors run.
_WORKERS = (('multiprocessing.pool', 'worker'), ('concurrent.futures.process', '_process_worker'))


def _role(process):
    target = getattr(process, '_target', None)
    name = getattr(target, '__name__', '')
    module = getattr(target, '__module__', '')
    if (module, name) in _WORKERS:
        return 'worker'
    if module == 'multiprocessing.managers' and name == '_run_server':
        return 'manager'
    return 'process'


def _method(process):
    method = getattr(process, '_start_method', None)
    if method is None:
        from multiprocessing import context
        method = context._default_context.get_start_method()
    return method if method in ('fork', 'spawn', 'forkserver') else 'unknown'


def _func(process):
    target = getattr(process, '_target', None)
    if target is None:
        return type(process).__name__ + '.run'
    return getattr(target, '__name__', None) or type(target).__name__


def _child(process):
    """The fields that name a child."""
    pid = None
    try:
        pid = process._popen and process._popen.pid
    except AttributeError:
        pass
    return join_fields(text_field('child', str(process._config and process._name)),
                  '"pid":%d' % pid if pid else '')


def _is_ours(process):
    """A worker or a server: the business of its pool or manager."""
    return '_forklore_role' in process.__dict__


def patch(module):
    """Follows `BaseProcess`."""
    base = module.BaseProcess

    def starts(process):
        """The start begins: told before the fork, for the child's first event must not come first."""
        if not channel.on:
            return
        inherited.prepares()
        role, call, fits = _role(process), None, False
        if role == 'process' and tracing():
            names.find()
            call = Call('start', None, join_fields(text_field('func', _func(process)),
                                              text_field('child', process.name)))
            fits = (getattr(process, '_popen', 0) is None and process._parent_pid == os.getpid()
                    and not module.current_process()._config.get('daemon'))
            if fits:
                call.done()
        else:
            local.silenced += 1
        local.starting = process, role, _method(process), call, fits

    def not_started(process):
        starting = local.starting
        if starting is None or starting[3] is None:
            return
        call, fits = starting[3:]
        error = sys.exc_info()[1]
        if fits:
            send('"kind":"fault","fault":"start_failed",' + text_field(
                'detail', '{}: {}: {}'.format(process.name, type(error).__name__, error)))
        else:
            call.failed(error)

    def tell_start(process):
        starting, local.starting = local.starting, None
        if starting is not None:
            if starting[3] is None:
                local.silenced -= 1
            if starting[1] != 'process':
                process._forklore_role = starting[1]

    def make_join(original):
        def join(self, timeout=None):
            try:
                if not tracing() or _is_ours(self):
                    return original(self, timeout)
                call = Call('join', None, join_fields(_child(self), timeout_fields(True, timeout)))
                try:
                    popen = self._popen
                    if (popen is not None and self._parent_pid == os.getpid()
                            and popen.poll() is None):
                        call.waiting()
                    original(self, timeout)
                    code = self._popen.poll()
                except BaseException as error:
                    call.failed(error)
                    raise
                call.done(None if code is None else str(code))
            except BaseException as error:
                hide_frames(error)
                raise
        return join

    def make_signal(word):
        def make(original):
            def signal(self):
                try:
                    if not tracing() or _is_ours(self):
                        return original(self)
                    call = Call(word, None, _child(self))
                    fits = getattr(self, '_popen', None) is not None
                    if fits:
                        call.done()
                    try:
                        return original(self)
                    except BaseException as error:
                        if not fits:
                            call.failed(error)
                        raise
                except BaseException as error:
                    hide_frames(error)
                    raise
            return signal
        return make

    inline.follow(base, 'start', starts, not_started, tell_start)
    wrap(base, 'join', make_join)
    for word in ('terminate', 'kill'):
        if word in base.__dict__:
            wrap(base, word, make_signal(word))
    if 'close' in base.__dict__:
        wrap(base, 'close', _make_close)
    endings.patch_process(base)
    place.set_bottom(base._bootstrap.__code__)


def _make_close(original):
    def close(self):
        try:
            if not tracing() or _is_ours(self) or self._closed:
                return original(self)
            call = Call('close', None, _child(self))
            attempt(call, original, self)
            call.done()
        except BaseException as error:
            hide_frames(error)
            raise
    return close


def patch_spawn(module):
    """Has the preparation data say what a spawned child is to say of itself."""
    def make_data(original):
        def get_preparation_data(name):
            data = original(name)
            if local.starting is not None:
                process, role, method = local.starting[:3]
                data['forklore'] = (os.getpid(), process.name, role, bool(process.daemon), method)
                data['forklore_values'] = inherited.values_of_parent()
            return data
        return get_preparation_data

    def arrives(data):
        """A child's first word, before its main module is imported."""
        told = data.get('forklore')
        if told is not None:
            local.silenced = 0
            inherited.told_by_parent(data.get('forklore_values', {}))
            tell_start(*told)

    inline.follow(module, 'prepare', arrives)
    wrap(module, 'get_preparation_data', make_data)


def patch_util(util):
    """Follows what a child calls around its function. Before 3.7 only `multiprocessing` tells of forks,
    and only of its own."""
    endings.patch_util(util)
    if not hasattr(os, 'register_at_fork'):
        util.register_after_fork(util, forked)
