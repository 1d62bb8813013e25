"""`multiprocessing.sharedctypes`: every access to an element of an `Array` or a `Value`.

Traces the accesses that go through CPython's wrappers. Each takes the object's lock once and sends its
event while it holds it, so `ver` is right wherever the lock excludes others. Accesses past the wrapper
(`get_obj`, `RawArray`) go to the memory of ctypes and are not seen; that such an object was made or asked
for is told.
"""

import sys

from . import ledger
from .call import Call, join_fields, list_field, short_repr, tell, text_field, tracing
from .channel import local, now, quote
from .hooks import wrap
from .identity import by_descriptor, tell_create, lookup_tag, tell_name, new_tag, tag_of, creator_frame
from .ledger import next_version
from .place import at_of
from .tracebacks import hide_frames

_getframe = sys._getframe
# The object's lock was not free.
_BUSY = object()
# Most cells a `create` tells the values of.
_SHOWN = 1000


def _key(obj):
    """The memory a ctypes object lies in: the same in every process that maps it."""
    try:
        (arena, start, _stop), _size = obj._wrapper._state
        return by_descriptor(arena.fd, ':%d' % start)
    except (AttributeError, TypeError, ValueError):
        return None


def _tag(thing, tag):
    """Gives an object its tag, and the tag what its accesses need of the object's lock."""
    thing._forklore = tag
    semlock = getattr(thing._lock, '_semlock', None)
    if tag is not None and semlock is not None and ledger.counts(tag.slot) and (
            semlock.kind == 0 or semlock.maxvalue == 1):
        tag.lock = semlock.acquire, semlock.release


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


def _read(thing, tag, i):
    """One cell, where the lock is free; `_BUSY` where it is not. `i` is None for a Value."""
    acquire, release = tag.lock
    t0 = now()
    if not acquire(False):
        return _BUSY
    try:
        value = thing._obj.value if i is None else thing._obj[i]
        text = repr(value) if type(value) is int else quote(short_repr(value))[1:-1]
        tell('get', tag, next_version(tag.slot), at_of(_getframe(2)),
             '' if i is None else f',"args":{{"index":{i}}}', t0, f',"result":"{text}"')
        return value
    except Exception as error:
        Call('get', tag, _index(i)).failed(error, next_version(tag.slot))
        raise
    finally:
        release()


def _write(thing, tag, i, value):
    """Sets one cell, where the lock is free; `_BUSY` where it is not. `i` is None for a Value."""
    acquire, release = tag.lock
    t0 = now()
    if not acquire(False):
        return _BUSY
    try:
        # What the cell holds then: C has its own idea of 2**31.
        if i is None:
            thing._obj.value = value
            value, at = thing._obj.value, ''
        else:
            thing._obj[i] = value
            value, at = thing._obj[i], f'"index":{i},'
        text = repr(value) if type(value) is int else quote(short_repr(value))[1:-1]
        tell('set', tag, next_version(tag.slot), at_of(_getframe(2)),
             f',"args":{{{at}"value":"{text}"}}', t0)
        return None
    except Exception as error:
        Call('set', tag, _index(i)).failed(error, next_version(tag.slot))
        raise
    finally:
        release()


def _getitem(original):
    def __getitem__(self, i):
        try:
            tag = self.__dict__.get('_forklore')
            if tag is None or not tracing():
                return original(self, i)
            if tag.lock is not None and type(i) is int:
                value = _read(self, tag, i)
                if value is not _BUSY:
                    return value
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
            tag = self.__dict__.get('_forklore')
            if tag is None or not tracing():
                return original(self, i, value)
            if tag.lock is not None and type(i) is int and _write(self, tag, i, value) is not _BUSY:
                return
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
            tag = self.__dict__.get('_forklore')
            if tag is None or not tracing():
                return original.fget(self)
            if tag.lock is not None and not whole:
                value = _read(self, tag, None)
                if value is not _BUSY:
                    return value
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
            tag = self.__dict__.get('_forklore')
            if tag is None or not tracing():
                return original.fset(self, value)
            if tag.lock is not None and not whole and _write(self, tag, None, value) is not _BUSY:
                return
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
                    _tag(made, tag)
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
                _tag(made, lookup_tag(_key(obj)))
            return made
        return synchronized

    def make_raw(kind, describe):
        def make(original):
            def maker(*args, **kwargs):
                frame = creator_frame() if tracing() and not local.inside else None
                try:
                    made = original(*args, **kwargs)
                except BaseException as error:
                    hide_frames(error)
                    raise
                if frame is not None:
                    # What ctypes made has no room for a tag, and no method that could tell.
                    tag = new_tag(kind)
                    tell_create(tag, kind, join_fields(*describe(made)))
                    tell_name(tag, frame)
                return made
            return maker
        return make

    def raw_array(obj):
        return array(obj, '') if hasattr(obj, '__len__') else ()

    def raw_value(obj):
        return (code(type(obj)), text_field('value', short_repr(obj.value))) if hasattr(obj, 'value') else ()

    def make_get_obj(original):
        def get_obj(self):
            if tag_of(self) is not None and tracing():
                Call('get_obj', self._forklore).done()
            return original(self)
        return get_obj

    wrap(module, 'RawArray', make_raw('RawArray', raw_array))
    wrap(module, 'RawValue', make_raw('RawValue', raw_value))
    wrap(module.SynchronizedBase, 'get_obj', make_get_obj)
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
