"""Locks, events, conditions, barriers, queues and pools that live in the server of a manager.

Traces what their proxies ask of the server. The server decides; the client reports, after an acquire and before a release or
a set. A request that would block is first sent as one that does not, so that the wait can be reported.
These operations have no `ver`: no lock of ours can be held while a request waits. What is put into a queue
or got from it at once is told under the queue's witness, in the order the server did it.
"""

from . import ledger
from .call import Call, join_fields, short_repr, text_field, timeout_fields

# Type of the manager → class in the log.
KINDS = {'Lock': 'Lock', 'RLock': 'RLock', 'Semaphore': 'Semaphore',
         'BoundedSemaphore': 'BoundedSemaphore', 'Event': 'Event', 'Condition': 'Condition',
         'Barrier': 'Barrier', 'Queue': 'Queue', 'JoinableQueue': 'JoinableQueue'}
# What has nothing to wait for: told before it can be seen.
_TOLD_BEFORE = {'release': 'release', 'set': 'event.set', 'clear': 'event.clear', 'notify': 'notify',
                'notify_all': 'notify_all', 'abort': 'abort', 'reset': 'reset', 'task_done': 'task_done'}
# What a pool, or a result of it, answers when tasks are over.
_OVER = ('apply', 'map', 'starmap', 'join', 'get', 'wait', 'next', '__next__')
# What only asks: told with its answer.
_ASKED = {'is_set': 'event.is_set', 'qsize': 'qsize', 'empty': 'empty', 'full': 'full'}


def content(typeid, args, kwds):
    """The fields that say what a new object begins with."""
    if typeid.endswith('Semaphore'):
        value = kwds.get('value', args[0] if args else 1)
    elif typeid == 'Barrier':
        value = kwds.get('parties', args[0] if args else None)
    elif typeid.endswith('Queue'):
        value = kwds.get('maxsize', args[0] if args else 0) or None
    else:
        return ''
    return '"n":%d' % value if isinstance(value, int) else ''


def call(original, proxy, tag, method, args, kwds):
    """One request, told; what is not followed is only asked."""
    if tag.name.startswith('Pool'):
        return _pool(original, proxy, tag, method, args, kwds)
    if method == 'acquire':
        return _acquire(original, proxy, tag, args, kwds)
    if method == 'wait':
        return _wait(original, proxy, tag, args, kwds)
    if method in ('put', 'get', 'put_nowait', 'get_nowait'):
        return _moves(original, proxy, tag, method, args, kwds)
    if method == 'join':
        return _waits(original, proxy, Call('queue.join', tag), method, args, kwds)
    word = _TOLD_BEFORE.get(method) or _ASKED.get(method)
    if word is None:
        return original(proxy, method, args, kwds)
    number = args[0] if method == 'notify' and args else None
    asked = Call(word, tag, '"n":%d' % number if type(number) is int else '')
    if method in _ASKED:
        value = original(proxy, method, args, kwds)
        asked.done(short_repr(value))
        return value
    if word == 'release' and not _held(original, proxy, tag):
        try:
            return original(proxy, method, args, kwds)
        except BaseException as error:
            asked.failed(error)
            raise
    asked.done()
    return original(proxy, method, args, kwds)


def _held(original, proxy, tag):
    """Whether a release can be expected to go: of a plain lock the server can be asked."""
    if not tag.name.startswith('Lock-'):
        return True
    if not original(proxy, 'acquire', (False,), {}):
        return True
    original(proxy, 'release', (), {})
    return False


def _acquire(original, proxy, tag, args, kwds):
    blocking = args[0] if args else kwds.get('blocking', True)
    timeout = args[1] if len(args) > 1 else kwds.get('timeout')
    asked = Call('acquire', tag, timeout_fields(blocking, timeout if blocking else None))
    try:
        taken = original(proxy, 'acquire', (False,), {})
        if not taken and blocking:
            asked.waiting()
            taken = original(proxy, 'acquire', args, kwds)
    except BaseException as error:
        asked.failed(error)
        raise
    asked.done(short_repr(taken))
    return taken


def _wait(original, proxy, tag, args, kwds):
    asked = Call('wait', tag, timeout_fields(True, args[0] if args else kwds.get('timeout')))
    if not tag.name.startswith('Event-'):
        return _waits(original, proxy, asked, 'wait', args, kwds)
    try:
        if not original(proxy, 'is_set', (), {}):
            asked.waiting()
        value = original(proxy, 'wait', args, kwds)
    except BaseException as error:
        asked.failed(error)
        raise
    asked.done(short_repr(value))
    return value


def _waits(original, proxy, asked, method, args, kwds):
    """A request that waits in the server until somebody else does something."""
    asked.waiting()
    try:
        value = original(proxy, method, args, kwds)
    except BaseException as error:
        asked.failed(error)
        raise
    asked.done(None if value is None else short_repr(value))
    return value


def _pool(original, proxy, tag, method, args, kwds):
    """A request to a pool or to a result of it: the server tells of the tasks, the client that it waits."""
    if method in _OVER:
        timeout = kwds.get('timeout', args[0] if args else None) if method in ('get', 'wait', 'next') else None
        return _waits(original, proxy, Call('result.wait', tag, timeout_fields(True, timeout)), method, args, kwds)
    value = original(proxy, method, args, kwds)
    if method.endswith('async') or method.startswith('imap'):
        # The proxy of a result.
        object.__setattr__(value, '_forklore', tag)
    return value


def _moves(original, proxy, tag, method, args, kwds):
    """A put or a get: at once where the server can, else a wait."""
    puts = method.startswith('put')
    item = ((kwds['item'] if 'item' in kwds else args[0]),) if puts and (args or 'item' in kwds) else ()
    more = args[1:] if puts else args
    block = not method.endswith('nowait') and kwds.get('block', more[0] if more else True)
    timeout = kwds.get('timeout', more[1] if len(more) > 1 else None)
    asked = Call('put' if puts else 'queue.get', tag, join_fields(
        text_field('value', short_repr(item[0])) if item else '', timeout_fields(block, timeout)))

    def done(value):
        asked.done(None if puts else short_repr(value))
        return value
    held = ledger.acquire(tag.slot)
    try:
        return done(original(proxy, method[:3], item + (False,), {}))
    except BaseException as error:
        if not block or type(error).__name__ not in ('Full', 'Empty'):
            asked.failed(error)
            raise
    finally:
        if held:
            ledger.release(tag.slot)
    asked.waiting()
    try:
        return done(original(proxy, method, args, kwds))
    except BaseException as error:
        asked.failed(error)
        raise
