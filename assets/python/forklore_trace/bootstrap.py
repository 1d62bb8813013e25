"""The bottom of a child's stack: frames below this file's are the parent's, left over by the fork.

Owns nothing but its name, by which `place` knows where to stop looking.
"""


def run(original, process, args, kwargs):
    """Runs a child's `_bootstrap`."""
    return original(process, *args, **kwargs)
