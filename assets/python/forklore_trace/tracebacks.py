"""Tracebacks: a reader of one must not meet our frames.

Owns the removal: from CPython 3.11 on a wrapper cuts itself out of the exception it lets through;
before, that cannot be done from within a frame, so what prints tracebacks leaves our frames out.
Texts and types of exceptions are never touched.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def unseen(error):
    """Cuts our frames out of the head of an exception's traceback; follow it with a bare `raise`."""
    entry = error.__traceback__
    if entry is not None and entry.tb_frame.f_code.co_filename.startswith(_HERE):
        error.__traceback__ = _without(entry)


def _without(entry):
    while entry is not None and entry.tb_frame.f_code.co_filename.startswith(_HERE):
        entry = entry.tb_next
    first = entry
    while entry is not None:
        following = entry.tb_next
        while following is not None and following.tb_frame.f_code.co_filename.startswith(_HERE):
            following = following.tb_next
        if following is not entry.tb_next:
            try:
                entry.tb_next = following
            except AttributeError:  # 3.6: can be read only
                return first
        entry = following
    return first


def _clean(error, seen):
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = _without(error.__traceback__)
        _clean(error.__cause__, seen)
        error = error.__context__


def tidy():
    """Before 3.11: has the uncaught exception of the program printed without our frames."""
    if sys.version_info >= (3, 11):
        return
    usual = sys.excepthook

    def excepthook(kind, value, traceback):
        try:
            _clean(value, set())
            traceback = _without(traceback)
            if sys.version_info < (3, 7):
                import traceback as printer
                return printer.print_exception(kind, value, traceback)
        except Exception:
            pass
        return usual(kind, value, traceback)
    sys.excepthook = sys.__excepthook__ = excepthook


def watch_threads(module):
    """From 3.8 to 3.10: the same for what ends a thread."""
    usual = getattr(module, 'excepthook', None)
    if usual is None or sys.version_info >= (3, 11):
        return

    def excepthook(args):
        try:
            _clean(args.exc_value, set())
            args = module.ExceptHookArgs(
                (args.exc_type, args.exc_value, _without(args.exc_traceback), args.thread))
        except Exception:
            pass
        return usual(args)
    module.excepthook = excepthook


def watch(module):
    """Before 3.11: what the traceback module walks over has no frame of ours."""
    if sys.version_info >= (3, 11):
        return
    walk = module.walk_tb

    def walk_tb(tb):
        for frame, line in walk(tb):
            if not frame.f_code.co_filename.startswith(_HERE):
                yield frame, line
    module.walk_tb = walk_tb
