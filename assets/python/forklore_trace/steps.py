"""A step that several files share: a call of a CPython function whose inner locks and pipes report
nothing.
"""

from .channel import local


def silently(function, *args, **kwargs):
    """Calls a function of CPython's; the locks and pipes inside it tell nothing."""
    local.silenced += 1
    try:
        return function(*args, **kwargs)
    finally:
        local.silenced -= 1
