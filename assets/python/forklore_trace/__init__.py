"""forklore's eyes in a Python program: tells what it does, changes nothing of it.

Owns the start: learn what the supervisor tells everybody, take stdio over, wait for `multiprocessing`
to be imported; and what a forked child forgets. Each other file follows the file of CPython it is
named after. A program that does not import `multiprocessing` pays for the layer below its stdout,
nothing else.
"""

import os


def start():
    """Begins to tell; without a supervisor, nothing of the process is touched."""
    path = os.environ.get('FORKLORE_TRACE')
    if not path:
        return
    from . import channel
    told = channel.listen_for(path)
    if told is None:
        return
    try:
        from . import hooks, identity, ledger, stdio, tracebacks
        ledger.open_beside(path)
        is_root = identity.settle(os.environ.get('FORKLORE_TRACE_ROOT', ''))
        stdio.take_over(told, is_root)
        tracebacks.tidy()
        hooks.install()
        if hasattr(os, 'register_at_fork'):
            os.register_at_fork(after_in_child=forked)
    except Exception as error:
        channel.off('{}: {}'.format(type(error).__name__, error))


def forked(_=None):
    """In a forked child, before anything else."""
    import sys
    from . import channel, identity, ledger
    channel.forked()
    ledger.forked()
    if 'forklore_trace.messages' in sys.modules:
        sys.modules['forklore_trace.messages'].forked()
    identity.forked()
