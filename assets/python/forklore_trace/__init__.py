"""forklore's eyes in a Python program: tells what it does, changes nothing of it.

Owns the start: connect, take stdio over, wait for `multiprocessing` to be imported. Each other file
follows the file of CPython it is named after. A program that does not import `multiprocessing` pays
for the connection and the layer below its stdout, nothing else.
"""

import os


def start():
    """Connects to the supervisor; without one, nothing of the process is touched."""
    path = os.environ.get('FORKLORE_TRACE')
    if not path:
        return
    from . import channel
    told = channel.connect(path)
    if told is None:
        return
    try:
        from . import hooks, identity, ledger, stdio, tracebacks
        ledger.open_beside(path)
        is_root = identity.settle(os.environ.get('FORKLORE_TRACE_ROOT', ''))
        stdio.take_over(told, is_root)
        tracebacks.tidy()
        hooks.install()
    except Exception as error:
        channel.off('{}: {}'.format(type(error).__name__, error))
