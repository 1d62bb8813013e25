"""`atexit`: what the program has registered for its end.

Traces `register`, so that it can be said what a forked child, which ends by `_exit`, does not run.
"""

import sys

from . import cfunction, place
from .call import Call, text_field, tracing


def patch(module):
    """Puts a `register` that tells of itself in the place of the builtin."""
    original = module.register

    def register(*args, **kwargs):
        registered = original(*args, **kwargs)
        if tracing() and place.is_users(sys._getframe(1)):
            Call('atexit.register', None, text_field('func', getattr(args[0], '__name__', '?'))).done()
        return registered

    module.register = cfunction.in_module(original, register)
