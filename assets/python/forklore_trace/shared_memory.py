"""`multiprocessing.shared_memory`: blocks of memory by name.

Traces the making of a block, each attaching to it, `close` and `unlink`, with the PID of the resource
tracker that will unlink it when its own processes are gone. What is in the memory is not followed.
"""

from .call import Call, join_fields, text_field, tracing
from .hooks import wrap
from .identity import creator_frame, lookup_tag, new_tag, tag_of, tell_create, tell_name
from .steps import attempt
from .tracebacks import hide_frames


def _key(name):
    return 'shm:' + name.lstrip('/').replace('\t', ' ').replace('\n', ' ')


def _tracker():
    """The PID of the resource tracker; empty where another process started it."""
    from multiprocessing import resource_tracker
    pid = getattr(resource_tracker._resource_tracker, '_pid', None)
    return '' if pid is None else '"pid":%d' % pid


def patch(module):
    """Follows `SharedMemory`."""
    memory = module.SharedMemory

    def make_init(original):
        def __init__(self, name=None, create=False, *args, **kwargs):
            try:
                frame = creator_frame() if tracing() else None
                if frame is None:
                    return original(self, name, create, *args, **kwargs)
                call = Call('create' if create else 'attach', None)
                try:
                    original(self, name, create, *args, **kwargs)
                except BaseException as error:
                    if name is not None:
                        call.args = text_field('key', str(name))
                        call.tag = None if create else lookup_tag(_key(str(name)))
                    call.failed(error)
                    raise
                tag = None if create else lookup_tag(_key(self.name))
                fields = join_fields(text_field('key', self.name), '"n":%d' % self.size, _tracker())
                if tag is None:
                    tag = new_tag('SharedMemory', _key(self.name))
                    tell_create(tag, 'SharedMemory', fields)
                if not create:
                    Call('attach', tag, fields, call.at).done()
                self._forklore = tag
                tell_name(tag, frame)
            except BaseException as error:
                hide_frames(error)
                raise
        return __init__

    def method(op):
        def make(original):
            def change(self):
                try:
                    tag = tag_of(self)
                    if tag is None or not tracing() or op == 'close' and self._mmap is None:
                        return original(self)
                    call = Call(op, tag)
                    attempt(call, original, self)
                    call.done()
                except BaseException as error:
                    hide_frames(error)
                    raise
            return change
        return make

    wrap(memory, '__init__', make_init)
    wrap(memory, 'close', method('close'))
    wrap(memory, 'unlink', method('unlink'))
