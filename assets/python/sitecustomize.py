"""Imported by every Python that finds this folder in its path: turns forklore's tracing on.

Owns nothing but the order of things: tracing first, then the `sitecustomize` that would have been
imported without us, whose errors stay its own. It refuses to be noticed: the folder leaves
`sys.path` again (children find it by PYTHONPATH), and whatever fails in tracing stays silent.
"""


def _chain():
    import os
    import sys
    here = os.path.dirname(os.path.abspath(__file__))
    if os.environ.get('FORKLORE_TRACE'):
        try:
            import forklore_trace
            forklore_trace.start()
        except Exception:
            pass
    sys.path[:] = [path for path in sys.path
                   if not path or os.path.abspath(path) != here]
    sys.modules.pop('sitecustomize', None)
    sys.path_importer_cache.pop(here, None)
    # Where there is no other, this raises what `site` takes for 'there is none': then none is there.
    __import__('sitecustomize')


_chain()
