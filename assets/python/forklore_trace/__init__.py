"""Traces a Python program for forklore: reports what it does and changes nothing.

Reads the greeting of the supervisor, takes over stdio, and waits for `multiprocessing` to be imported.
In a forked child, resets what belongs to the parent. Each other file follows the file of CPython that
it is named after. A program that does not import `multiprocessing` pays only for the layer below its
stdout.
"""

import os


def start():
    """Begins to tell; without a supervisor, nothing of the process is touched."""
    path = os.environ.get('FORKLORE_TRACE')
    if not path:
        return
    from . import channel
    told = channel.start(path)
    if told is None:
        return
    try:
        if told.get('gate'):
            from . import gate
            gate.start(path)
        from . import identity, ledger
        ledger.open_beside(path)
        is_root = identity.start(os.environ.get('FORKLORE_TRACE_ROOT', ''))
        from . import hooks, lesson, stdio, tracebacks
        lesson.ask(told)
        stdio.take_over(told, is_root)
        tracebacks.patch_sys()
        hooks.install()
        if hasattr(os, 'register_at_fork'):
            os.register_at_fork(after_in_child=forked)
        program = os.environ.get('FORKLORE_TRACE_LINES')
        if program:
            from . import lines
            lines.start(program)
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
    if 'forklore_trace.queues' in sys.modules:
        sys.modules['forklore_trace.queues'].forked()
    identity.forked()
