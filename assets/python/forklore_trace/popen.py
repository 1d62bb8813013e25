"""`multiprocessing.popen_fork`: the exit status of a child, as its parent collects it.

Sends `process.reaped`, which must stand in the log before anything the parent does because it knows
that the child has ended. The forkserver collects its own children; that is not seen.
"""

import os

from .channel import send
from .hooks import wrap


def patch(module):
    """Follows `Popen.poll`, which every way of waiting goes through."""
    def make_poll(original):
        def poll(self, *args, **kwargs):
            known = self.returncode
            code = original(self, *args, **kwargs)
            if known is None and code is not None:
                send('"pid":%d,"kind":"process.reaped","%s":%d,"by":%d' % (
                    self.pid, 'signal' if code < 0 else 'code', abs(code), os.getpid()))
            return code
        return poll

    wrap(module.Popen, 'poll', make_poll)
