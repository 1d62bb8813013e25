"""Imported by every Python that finds this folder on its path: starts the tracing.

Starts the tracing first and then imports the `sitecustomize` that Python would have imported without
us; that one's errors stay its own. Leaves no trace in `sys.path` (children find the folder by
PYTHONPATH). If tracing fails to start, it stays off and the program runs as usual.
"""


def _chain():
    import os
    import sys
    here = os.path.dirname(os.path.abspath(__file__))
    if os.environ.get('FORKLORE_TRACE'):
        # In the cache our bytecode is kept, whatever the program wants of its own.
        writes_none = sys.dont_write_bytecode
        sys.dont_write_bytecode = writes_none and not os.path.basename(here).startswith('python-')
        try:
            import forklore_trace
            forklore_trace.start()
        except Exception:
            pass
        sys.dont_write_bytecode = writes_none
    sys.path[:] = [path for path in sys.path
                   if not path or os.path.abspath(path) != here]
    sys.modules.pop('sitecustomize', None)
    sys.path_importer_cache.pop(here, None)
    # Where there is no other, this raises what `site` takes for 'there is none': then none is there.
    __import__('sitecustomize')


_chain()
