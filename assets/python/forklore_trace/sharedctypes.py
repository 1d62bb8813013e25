"""`multiprocessing.sharedctypes`: every access to an element of an `Array` or a `Value`.

Traces the accesses that go through CPython's wrappers. Each takes the object's lock once and sends its
event while it holds it, so `ver` is right wherever the lock excludes others. Accesses past the wrapper
(`get_obj`, `RawArray`) go to the memory of ctypes and are not seen.
"""

from . import ledger
from .call import Call, join_fields, short_repr, tracing, text_field, list_field
from .channel import local
from .hooks import wrap
from .identity import by_descriptor, tell_create, lookup_tag, tell_name, new_tag, tag_of, creator_frame
from .tracebacks import hide_frames

# Most cells a `create` tells the values of.
_SHOWN = 1000


def _key(obj):
    """The memory a ctypes object lies in: the same in every process that maps it."""
    try:
        (arena, start, _stop), _size = obj._wrapper._state
        return by_descriptor(arena.fd, ':%d' % start)
    except (AttributeError, TypeError, ValueError):
        return None


def _take(thing, call):
    """Takes the object's lock as CPython takes it, without events of the lock; gives what releases it,
    and the access's number."""
    lock = thing._lock
    semlock = getattr(lock, '_semlock', None)
    if semlock is None:
        lock.acquire()
        return lock.release, None
    if not semlock.acquire(False):
        call.waiting()
        semlock.acquire()
    if semlock.kind == 0 or semlock.maxvalue == 1:
        return semlock.release, ledger.next_version(call.tag.slot)
    return semlock.release, None


def _getitem(original):
    def __getitem__(self, i):
        try:
            tag = tag_of(self) if tracing() else None
            if tag is None:
                return original(self, i)
            cut = isinstance(i, slice)
            call = (Call('get_slice', tag, '"index":%d' % i.indices(len(self._obj))[0]) if cut
                    else Call('get', tag, _index(i)))
            release, ver = _take(self, call)
            try:
                value = self._obj[i]
                call.done(short_repr(value), ver, '"n":%d' % len(value) if cut else '')
                return value
            except BaseException as error:
                call.failed(error, ver)
                raise
            finally:
                release()
        except BaseException as error:
            hide_frames(error)
            raise
    return __getitem__


def _setitem(original):
    def __setitem__(self, i, value):
        try:
            tag = tag_of(self) if tracing() else None
            if tag is None:
                return original(self, i, value)
            cut = isinstance(i, slice)
            call = (Call('set_slice', tag, '"index":%d' % i.indices(len(self._obj))[0]) if cut
                    else Call('set', tag, _index(i)))
            release, ver = _take(self, call)
            try:
                self._obj[i] = value
                if cut:
                    _tell_cells(self._obj, i, call, ver)
                else:
                    # What the cell holds now: C has its own idea of 2**31.
                    call.done(None, ver, text_field('value', short_repr(self._obj[i])))
            except BaseException as error:
                call.failed(error, ver)
                raise
            finally:
                release()
        except BaseException as error:
            hide_frames(error)
            raise
    return __setitem__


def _tell_cells(obj, i, call, ver):
    """The events of a slice that was set."""
    start, stop, step = i.indices(len(obj))
    if step == 1:
        call.done(None, ver, list_field('values', _texts(obj, start, stop)))
        return
    # Cells that are no neighbours are told one by one; their numbers follow each other.
    for place in range(start, stop, step):
        Call('set', call.tag, join_fields('"index":%d' % place, text_field('value', short_repr(obj[place]))),
             call.at).done(ver=ver)
        ver = None if ver is None else ledger.next_version(call.tag.slot)


def _texts(obj, start, stop):
    """What cells hold, each as it is read alone: a slice of a string would be bytes."""
    return [short_repr(obj[place]) for place in range(start, min(stop, start + _SHOWN))]


def _index(i):
    return '"index":%d' % i if type(i) is int and -1 << 63 <= i < 1 << 63 else ''


def _value_property(name, original, whole):
    """The property `value` of a Value; of a string, `value` and `raw`, which are all its cells."""
    def read(self):
        try:
            tag = tag_of(self) if tracing() else None
            if tag is None:
                return original.fget(self)
            call = (Call('get_slice', tag, '"index":0,"n":%d' % len(self._obj)) if whole
                    else Call('get', tag))
            release, ver = _take(self, call)
            try:
                value = getattr(self._obj, name)
                call.done(short_repr(value), ver)
                return value
            except BaseException as error:
                call.failed(error, ver)
                raise
            finally:
                release()
        except BaseException as error:
            hide_frames(error)
            raise

    def write(self, value):
        try:
            tag = tag_of(self) if tracing() else None
            if tag is None:
                return original.fset(self, value)
            call = Call('set_slice', tag, '"index":0') if whole else Call('set', tag)
            release, ver = _take(self, call)
            try:
                setattr(self._obj, name, value)
                call.done(None, ver, list_field('values', _texts(self._obj, 0, len(self._obj))) if whole
                          else text_field('value', short_repr(self._obj.value)))
            except BaseException as error:
                call.failed(error, ver)
                raise
            finally:
                release()
        except BaseException as error:
            hide_frames(error)
            raise
    return property(read, write)


def patch(module):
    """Follows the two functions that make them and the classes they make."""
    codes = {kind: code for code, kind in module.typecode_to_type.items()}

    def make_maker(kind, describe):
        def make(original):
            def maker(*args, **kwargs):
                frame = creator_frame() if tracing() else None
                try:
                    if frame is None:
                        return original(*args, **kwargs)
                    local.inside += 1
                    try:
                        made = original(*args, **kwargs)
                    finally:
                        local.inside -= 1
                except BaseException as error:
                    hide_frames(error)
                    raise
                if isinstance(made, (module.SynchronizedArray, module.Synchronized)):
                    tag = new_tag(kind, _key(made._obj))
                    lock = tag_of(made._lock)
                    tell_create(tag, kind, join_fields(
                        *describe(made._obj, '' if lock is None else '"of"' + lock.field[8:])))
                    made._forklore = tag
                    tell_name(tag, frame)
                return made
            return maker
        return make

    def code(kind):
        letter = codes.get(kind)
        return text_field('typecode', letter) if letter else ''

    def array(obj, lock):
        values = _texts(obj, 0, len(obj))
        return code(obj._type_), lock, list_field('values', values), '"n":%d' % len(obj)

    def value(obj, lock):
        return code(type(obj)), lock, text_field('value', short_repr(obj.value))

    def make_synchronized(original):
        def synchronized(obj, *args, **kwargs):
            made = original(obj, *args, **kwargs)
            if tracing() and not local.inside:
                made._forklore = lookup_tag(_key(obj))
            return made
        return synchronized

    wrap(module, 'Array', make_maker('Array', array))
    wrap(module, 'Value', make_maker('Value', value))
    wrap(module, 'synchronized', make_synchronized)
    wrap(module.SynchronizedArray, '__getitem__', _getitem)
    wrap(module.SynchronizedArray, '__setitem__', _setitem)
    for owner, names in ((module.Synchronized, ('value',)),
                         (module.SynchronizedString, ('value', 'raw'))):
        for name in names:
            usual = owner.__dict__[name]
            setattr(owner, name, _value_property(name, usual, owner is not module.Synchronized))
