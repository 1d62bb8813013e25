"""Keeps our frames out of tracebacks and stacks.

A wrapper cuts itself out of each exception that it lets through. Code that prints or lists frames leaves
ours out too: an exception can arrive in the very moment a wrapper begins (Ctrl-C), and a stack can have
a wrapper in it. Messages and types of exceptions are never changed.
"""

import os
import sys

from . import cfunction

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_BEFORE_3_11 = sys.version_info < (3, 11)


def is_ours(frame):
    return frame.f_code.co_filename.startswith(_HERE)


def hide_frames(error):
    """Cuts our frames out of the head of an exception's traceback; follow it with a bare `raise`."""
    entry = error.__traceback__
    if entry is not None and is_ours(entry.tb_frame):
        error.__traceback__ = entry = without_our_frames(entry)
        if _BEFORE_3_11:
            # There `raise` takes the traceback from the exception's handler and not from itself.
            raw = cfunction.raw()
            if raw is not None:
                raw.handle(error, entry)
    if error.__context__ is not None:
        clean(error, set())


def without_our_frames(entry):
    """A traceback without our frames."""
    while entry is not None and is_ours(entry.tb_frame):
        entry = entry.tb_next
    first = entry
    while entry is not None:
        following = entry.tb_next
        while following is not None and is_ours(following.tb_frame):
            following = following.tb_next
        if following is not entry.tb_next:
            try:
                entry.tb_next = following
            except AttributeError:  # 3.6: can be read only
                return first
        entry = following
    return first


def clean(error, seen):
    """Takes our frames from an exception and all it names; what never left our code is not named."""
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = without_our_frames(error.__traceback__)
        clean(error.__cause__, seen)
        for one in getattr(error, 'exceptions', None) or ():
            if isinstance(one, BaseException):
                clean(one, seen)
        context = error.__context__
        while context is not None and _is_private(context):
            context = context.__context__
        if context is not error.__context__:
            error.__context__ = context
        error = context


def _is_private(error):
    entry = error.__traceback__
    if entry is None:
        return False
    while entry is not None and is_ours(entry.tb_frame):
        entry = entry.tb_next
    return entry is None


def _cleaning(original):
    """A hook for exceptions that nobody has caught, in the place of the interpreter's own."""
    def uncaught(*args):
        try:
            if len(args) == 3:
                clean(args[1], set())
                args = (args[0], args[1], without_our_frames(args[2]))
            elif len(args) == 1 and isinstance(args[0].exc_value, BaseException):
                of = args[0]
                clean(of.exc_value, set())
                args = (type(of)((of.exc_type, of.exc_value, without_our_frames(of.exc_traceback), of.thread)),)
        except Exception:
            pass
        return original(*args)
    return cfunction.in_module(original, uncaught)


def patch_sys():
    """Has the uncaught exception of the program printed without our frames."""
    sys.excepthook = sys.__excepthook__ = _cleaning(sys.excepthook)


def patch_threading(module):
    """The same for what ends a thread."""
    if hasattr(module, 'excepthook'):
        module.excepthook = cleaning = _cleaning(module.excepthook)
        if hasattr(module, '__excepthook__'):
            module.__excepthook__ = cleaning


def _foreign(entry):
    return not is_ours(entry[0])


def patch_traceback(module):
    """What the traceback module walks over has no frame of ours."""
    from .hooks import wrap

    def make(original):
        # A filter is no frame: some of these look for their caller from within.
        def walk(thing):
            return filter(_foreign, original(thing))
        return walk
    for name in ('walk_stack', 'walk_tb', '_walk_tb_with_full_positions'):
        if hasattr(module, name):
            wrap(module, name, make)


def patch_inspect(module):
    """What the inspect module lists neither."""
    from .hooks import wrap

    def make(original):
        def list_frames(*args, **kwargs):
            return [info for info in original(*args, **kwargs) if not is_ours(info.frame)]
        return list_frames
    wrap(module, 'getouterframes', make)
    wrap(module, 'getinnerframes', make)
