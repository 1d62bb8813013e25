"""What the run of a lesson asks of its Pythons: how children start, and how fast time goes.

Sets the start method that `multiprocessing` uses where the program does not choose one, as if this
were a platform or a version with another default. Gives the factor by which the program's sleeps are
multiplied. A program of one's own is asked nothing.
"""

scale = 1.0
_method = ''


def ask(told):
    """Takes what the supervisor's greeting says."""
    global scale, _method
    _method = told.get('method', '')
    try:
        scale = float(told.get('scale', 1))
    except ValueError:
        scale = 1.0


def patch_context(module):
    """Changes the default of `multiprocessing.context`, before anybody has used it."""
    context = module._concrete_contexts.get(_method) if _method else None
    if context is not None:
        module._default_context._default_context = context
