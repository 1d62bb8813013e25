"""Locks and events that live in the server of a manager.

Traces `acquire` and `release` of a manager's Lock, RLock, Semaphore and BoundedSemaphore, and the four
methods of its Event. The server decides; the client reports, after an acquire and before a release or
a set. A request that would block is first sent as one that does not, so that the wait can be reported.
These operations have no `ver`: no lock of ours can be held while a request waits.
"""

from .call import Call, timeout_fields, short_repr

# Type of the manager → class in the log.
KINDS = {'Lock': 'Lock', 'RLock': 'RLock', 'Semaphore': 'Semaphore',
         'BoundedSemaphore': 'BoundedSemaphore', 'Event': 'Event'}


def content(typeid, args, kwds):
    """The fields that say what a new object begins with."""
    if not typeid.endswith('Semaphore'):
        return ''
    value = kwds.get('value', args[0] if args else 1)
    return '"n":%d' % value if isinstance(value, int) else ''


def call(original, proxy, tag, method, args, kwds):
    """One request, told; what is not followed is only asked."""
    if method == 'acquire':
        return _acquire(original, proxy, tag, args, kwds)
    if method == 'wait':
        return _wait(original, proxy, tag, args, kwds)
    word = {'release': 'release', 'set': 'event.set', 'clear': 'event.clear',
            'is_set': 'event.is_set'}.get(method)
    if word is None:
        return original(proxy, method, args, kwds)
    asked = Call(word, tag)
    if word == 'event.is_set':
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
    try:
        if not original(proxy, 'is_set', (), {}):
            asked.waiting()
        value = original(proxy, 'wait', args, kwds)
    except BaseException as error:
        asked.failed(error)
        raise
    asked.done(short_repr(value))
    return value
