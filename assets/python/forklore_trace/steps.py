"""Steps that several files share.

An event and its effect as one step in the order of an object, and a call of a CPython function whose
inner locks and pipes report nothing.
"""

from . import ledger
from .channel import local


def silently(function, *args, **kwargs):
    """Calls a function of CPython's; the locks and pipes inside it tell nothing."""
    local.silenced += 1
    try:
        return function(*args, **kwargs)
    finally:
        local.silenced -= 1


def tell_in_order(call, tag, result=None, more='', effect=None):
    """The event, then what makes it visible to others, under the object's witness."""
    held = ledger.acquire(tag.slot)
    try:
        call.done(result, ledger.next_version(tag.slot) if held else None, more)
        if effect is not None:
            return effect()
    finally:
        if held:
            ledger.release(tag.slot)
