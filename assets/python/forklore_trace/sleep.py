"""`time.sleep`: a process that waits for nothing but the clock.

Owns the one function of `time` that is followed. Sleeps of the standard library itself (a
`Popen.wait` that polls) are not the program's and are not told.
"""

import sys
import time

from . import channel, place
from .call import Call, telling, patience
from .tracebacks import unseen


def patch():
    """Puts a sleep that tells of itself in the place of the builtin."""
    original = time.sleep

    def sleep(*args, **kwargs):
        if not channel.on or not telling() or not place.is_users(sys._getframe(1)):
            try:
                return original(*args, **kwargs)
            except BaseException as error:
                unseen(error)
                raise
        call = Call('sleep', None, patience(True, args[0] if args else None))
        try:
            if args and args[0] >= 0:
                call.waiting()
            original(*args, **kwargs)
        except BaseException as error:
            call.failed(error)
            unseen(error)
            raise
        call.done()

    sleep.__doc__ = original.__doc__
    sleep.__module__ = 'time'
    sleep.__qualname__ = 'sleep'
    time.sleep = sleep
