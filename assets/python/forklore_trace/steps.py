"""Steps that several files share: calls of CPython's functions whose inner locks and pipes report nothing."""

from .channel import local


def silently(function, *args, **kwargs):
    """Calls a function of CPython's; the locks and pipes inside it tell nothing."""
    local.silenced += 1
    try:
        return function(*args, **kwargs)
    finally:
        local.silenced -= 1


def attempt(call, function, *args, **kwargs):
    """The same; if it raises, that is the end of the operation `call`."""
    local.silenced += 1
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        call.failed(error)
        raise
    finally:
        local.silenced -= 1
