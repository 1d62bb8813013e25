"""`multiprocessing.process`: children as their parent starts, awaits and ends them.

Owns `start`, `join`, `terminate`, `kill`, `close` and the `process.start` a child sends of itself: a
forked one in its bootstrap, a spawned one before it imports the main module, from what its parent
put into the preparation data. A pool's workers and a manager's server are no operations.
"""

import os

from . import bootstrap, channel
from .call import Call, telling, joined, patience, text
from .channel import local, send
from .hooks import wrap
from .identity import started
from .tracebacks import unseen

# Whether this process has told its name already, by the process it is.
_told = [0]


def _role(process):
    target = getattr(process, '_target', None)
    name = getattr(target, '__name__', '')
    module = getattr(target, '__module__', '')
    if module == 'multiprocessing.pool' and name == 'worker':
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
    return joined(text('child', str(process._config and process._name)),
                  '"pid":%d' % pid if pid else '')


def _is_ours(process):
    """A worker or a server: the business of its pool or manager."""
    return '_forklore_role' in process.__dict__


def patch(module):
    """Follows `BaseProcess`."""
    base = module.BaseProcess

    def make_start(original):
        def start(self):
            try:
                if not channel.on:
                    return original(self)
                role = _role(self)
                if role == 'process' and telling():
                    return _start(original, self)
                local.starting = (self, role, _method(self))
                local.quiet += 1
                try:
                    return original(self)
                finally:
                    local.quiet -= 1
                    local.starting = None
                    if role != 'process':
                        self._forklore_role = role
            except BaseException as error:
                unseen(error)
                raise
        return start

    def _start(original, self):
        call = Call('start', None, joined(text('func', _func(self)), text('child', self.name)))
        fits = (getattr(self, '_popen', 0) is None and self._parent_pid == os.getpid()
                and not module.current_process()._config.get('daemon'))
        if fits:
            # Before the fork: the child's first event must not come before its cause.
            call.done()
        local.starting = (self, 'process', _method(self))
        try:
            original(self)
        except BaseException as error:
            if fits:
                send('"kind":"fault","fault":"start_failed",' + text(
                    'detail', '{}: {}: {}'.format(self.name, type(error).__name__, error)))
            else:
                call.failed(error)
            raise
        finally:
            local.starting = None

    def make_join(original):
        def join(self, timeout=None):
            try:
                if not telling() or _is_ours(self):
                    return original(self, timeout)
                call = Call('join', None, joined(_child(self), patience(True, timeout)))
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
                unseen(error)
                raise
        return join

    def make_signal(word):
        def make(original):
            def signal(self):
                try:
                    if not telling() or _is_ours(self):
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
                    unseen(error)
                    raise
            return signal
        return make

    def make_bootstrap(original):
        def _bootstrap(self, *args, **kwargs):
            _announce(self)
            return bootstrap.run(original, self, args, kwargs)
        return _bootstrap

    wrap(base, 'start', make_start)
    wrap(base, 'join', make_join)
    for word in ('terminate', 'kill'):
        if word in base.__dict__:
            wrap(base, word, make_signal(word))
    if 'close' in base.__dict__:
        wrap(base, 'close', _make_close)
    wrap(base, '_bootstrap', make_bootstrap)


def _make_close(original):
    def close(self):
        try:
            if not telling() or _is_ours(self) or self._closed:
                return original(self)
            call = Call('close', None, _child(self))
            try:
                original(self)
            except BaseException as error:
                call.failed(error)
                raise
            call.done()
        except BaseException as error:
            unseen(error)
            raise
    return close


def _announce(process):
    """A child's first word, where it has not said it before its main module was imported."""
    starting = local.starting
    # What the parent's thread was in the middle of is not the child's.
    local.starting = local.submission = local.meeting = None
    local.asked = local.lazy = local.item = None
    local.quiet = local.inside = 0
    if _told[0] == os.getpid():
        return
    _told[0] = os.getpid()
    role, method = ('process', 'fork') if starting is None else starting[1:]
    started(os.getppid(), process.name, role, process.daemon, method)


def patch_spawn(module):
    """Has the preparation data say what a spawned child is to say of itself."""
    def make_data(original):
        def get_preparation_data(name):
            data = original(name)
            if local.starting is not None:
                process, role, method = local.starting
                data['forklore'] = (os.getpid(), process.name, role, bool(process.daemon), method)
            return data
        return get_preparation_data

    def make_prepare(original):
        def prepare(data):
            told = data.get('forklore')
            if told is not None and _told[0] != os.getpid():
                _told[0] = os.getpid()
                local.quiet = 0
                started(*told)
            try:
                return original(data)
            except BaseException as error:
                unseen(error)
                raise
        return prepare

    wrap(module, 'get_preparation_data', make_data)
    wrap(module, 'prepare', make_prepare)
