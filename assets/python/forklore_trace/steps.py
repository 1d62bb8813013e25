"""Steps: pieces that several files do an operation with.

Owns what must be the same everywhere: an event and its effect as one step of an object's order, and
CPython's own function done without a word of what it is made of.
"""

from . import ledger
from .channel import local


def quietly(function, *args, **kwargs):
    """Calls a function of CPython's; the locks and pipes inside it tell nothing."""
    local.quiet += 1
    try:
        return function(*args, **kwargs)
    finally:
        local.quiet -= 1


def witnessed(call, tag, result=None, more='', effect=None):
    """The event, then what makes it visible to others, under the object's witness."""
    held = ledger.enter(tag.slot)
    try:
        call.done(result, ledger.count(tag.slot) if held else None, more)
        if effect is not None:
            return effect()
    finally:
        if held:
            ledger.leave(tag.slot)
