"""`time.sleep`: a process that waits for nothing but the clock.

Traces the sleeps of the program. Sleeps of the standard library itself (a `Popen.wait` that polls) are
not reported. In a lesson's run they are multiplied by a factor.
"""

import sys
import time

from . import cfunction, channel, lesson, place
from .call import Call, tracing, timeout_fields
from .tracebacks import hide_frames


def patch():
    """Puts a sleep that tells of itself in the place of the builtin."""
    original = time.sleep

    def sleep(*args, **kwargs):
        try:
            if not channel.on or not tracing() or not place.is_users(sys._getframe(1)):
                return original(*args, **kwargs)
            # What is no plain number is looked at by the original alone.
            plain = len(args) == 1 and not kwargs and type(args[0]) in (int, float)
            call = Call('sleep', None, timeout_fields(True, args[0]) if plain else '')
            try:
                if not plain or args[0] >= 0:
                    call.waiting()
                if getattr(call, 'granted', False):
                    # At the gate time is virtual: the grant is the end of the sleep.
                    pass
                elif plain and lesson.scale != 1.0:
                    original(args[0] * lesson.scale)
                else:
                    original(*args, **kwargs)
            except BaseException as error:
                call.failed(error)
                raise
            call.done()
        except BaseException as error:
            hide_frames(error)
            raise

    time.sleep = cfunction.in_module(original, sleep)
