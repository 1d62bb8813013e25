"""`time.sleep`: a process that waits for nothing but the clock.

Owns the one function of `time` that is followed. Sleeps of the standard library itself (a
`Popen.wait` that polls) are not the program's and are not told.
"""

import sys
import time

from . import cfunction, channel, place
from .call import Call, telling, patience
from .tracebacks import unseen


def patch():
    """Puts a sleep that tells of itself in the place of the builtin."""
    original = time.sleep

    def sleep(*args, **kwargs):
        try:
            if not channel.on or not telling() or not place.is_users(sys._getframe(1)):
                return original(*args, **kwargs)
            # What is no plain number is looked at by the original alone.
            plain = len(args) == 1 and not kwargs and type(args[0]) in (int, float)
            call = Call('sleep', None, patience(True, args[0]) if plain else '')
            try:
                if not plain or args[0] >= 0:
                    call.waiting()
                original(*args, **kwargs)
            except BaseException as error:
                call.failed(error)
                raise
            call.done()
        except BaseException as error:
            unseen(error)
            raise

    time.sleep = cfunction.in_module(original, sleep)
