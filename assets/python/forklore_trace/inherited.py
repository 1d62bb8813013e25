"""What a forked child has from its parent and does not know of.

Tells of random generators that begin where the parent's and the siblings' do, and of files whose
position is shared. In a spawned child, tells of variables that
the parent had set and the child's own import of the main module has not.
"""

import os
import sys
from zlib import crc32

from . import code, copies, place
from .call import Call, join_fields, list_field, text_field

# Twists of a generator's state that are tried before it counts as seeded anew.
_TWISTS = 40

# The generators there are at the fork, each with its name and its state then; the positions in files.
_generators = []
_files = {}
# What the parent's variables were, in a child that was not forked.
_parents = {}
_told = set()


def method_of(process):
    """The start method by which this child was made."""
    method = getattr(process, '_start_method', None)
    if method is None:
        from multiprocessing import context
        method = context._default_context.get_start_method()
    return method


def arrives(process):
    """A child begins."""
    del _generators[:]
    _files.clear()
    _told.clear()
    if method_of(process) == 'fork':
        _generators.extend((name, one, one.getstate()) for name, one in _find_generators(process))
        _files.update(_positions())
        for name, thread, at in _importing[:1]:
            Call('inherit', None, join_fields(
                text_field('key', 'import'), text_field('name', name), text_field('value', thread)), at=at).done()
    elif _parents:
        _tell_differences(process)


def leaves():
    """It has done its work."""
    looks()
    for number, (path, before) in _files.items():
        try:
            after = os.lseek(number, 0, os.SEEK_CUR)
            if after != before and _path(number) == path:
                Call('inherit', None, join_fields(
                    text_field('key', 'file'), text_field('name', path.rpartition('/')[2]),
                    text_field('value', '%d, %d' % (before, after))), at='').done()
        except OSError:
            pass


def looks():
    """Which generators have been drawn from and never seeded?"""
    for name, one, before in _generators:
        if name in _told or one.getstate() == before:
            continue
        _told.add(name)
        if _goes_on(before, one.getstate()):
            Call('inherit', None, join_fields(
                text_field('key', 'generator'), text_field('name', name),
                text_field('value', '%08x' % crc32(repr(before).encode()))),
                at=_at(code.uses_at(sys.modules['__main__'].__dict__, name.rpartition('.')[2]))).done()


def _at(where):
    return '' if where is None else ',"at":' + place.quote(where)


class _Numpy(object):
    """numpy's generator of old, which nobody seeds anew after a fork."""

    def __init__(self, state):
        self._state = state

    def getstate(self):
        _kind, key, position, _has, _cached = self._state()
        return 3, tuple(key.tolist()) + (position,), None


# Modules that other threads were importing when a child was started: name, thread, where.
_importing = []


def _find_imports():
    del _importing[:]
    locks = getattr(sys.modules.get('_frozen_importlib'), '_module_locks', None)
    threading = sys.modules.get('threading')
    if not locks or threading is None:
        return
    own = threading.get_ident()
    for name, known in list(locks.items()):
        owner = getattr(known(), 'owner', None)
        if owner is None or owner == own or len(_importing) > 10:
            continue
        thread = threading._active.get(owner)
        frame = sys._current_frames().get(owner)
        while frame is not None and place._judge(frame.f_code.co_filename) != place._USER:
            frame = frame.f_back
        _importing.append((name, getattr(thread, 'name', '?'), '' if frame is None else place._named(frame)))


# How many modules there were when the program's own were looked for, and these.
_looked, _modules = 0, []


def prepares():
    """In a parent, before a child: which modules are the program's own."""
    global _looked
    _find_imports()
    if _looked == len(sys.modules):
        return
    _looked = len(sys.modules)
    del _modules[:]
    for module in list(sys.modules.values()):
        names = getattr(module, '__dict__', None) or {}
        path = names.get('__file__')
        if names.get('__name__') == '__main__' or isinstance(path, str) and _is_users(path):
            _modules.append(names)


def _is_users(path):
    kind = place._kinds.get(path)
    return (place._judge(path) if kind is None else kind) == place._USER


def _find_generators(process):
    """The generators that the program's modules and classes have as variables, and the process as an
    attribute or an argument; and numpy's own."""
    found = []
    random = sys.modules.get('random')
    if random is None:
        return found
    places = [('', names) for names in _modules]
    places += [(name + '.', vars(value)) for names in _modules for name, value in list(names.items())
               if isinstance(value, type) and value.__module__ == names.get('__name__')]
    places.append((type(process).__name__ + '.', vars(process)))
    places.append(('args.', {str(at): value for at, value in enumerate(getattr(process, '_args', ()))}))
    for before, names in places:
        for name, value in list(names.items()):
            if type(value) is random.Random and len(found) < 20:
                found.append((before + name, value))
    numpy = sys.modules.get('numpy.random')
    if numpy is not None:
        found.append(('numpy.random', _Numpy(numpy.get_state)))
    return found


def _goes_on(before, after):
    """Whether a generator came from one state to the other by being drawn from."""
    words, wanted = before[1][:624], after[1][:624]
    if words == wanted:
        return True
    walk = sys.modules['random'].Random()
    walk.setstate((3, before[1], None))
    for _ in range(_TWISTS):
        for _ in range(624):
            walk.getrandbits(32)
        if walk.getstate()[1][:624] == wanted:
            return True
    return False


def _path(number):
    return os.readlink('/proc/self/fd/%d' % number)


def _positions():
    """The regular files that are open, with their paths and positions; ours and those that are only
    appended to are left out."""
    import fcntl
    import stat
    found = {}
    ours = os.path.dirname(os.environ.get('FORKLORE_TRACE', '')) or '/dev/null'
    for number in map(int, os.listdir('/proc/self/fd')):
        try:
            if number < 3 or not stat.S_ISREG(os.fstat(number).st_mode):
                continue
            path = _path(number)
            if path.startswith((ours, '/dev/shm/', '/memfd:')) or '/pym-' in path:
                continue
            if not fcntl.fcntl(number, fcntl.F_GETFL) & os.O_APPEND:
                found[number] = path, os.lseek(number, 0, os.SEEK_CUR)
        except OSError:
            pass
    return found


def values_of_parent():
    """The plain variables of the main module, for a child that imports it itself."""
    found = {}
    for name, value in list(sys.modules['__main__'].__dict__.items()):
        if len(found) < 50 and not name.startswith('__') and type(value) is not set:
            if copies._is_all_plain(value, 3):
                found[name] = repr(value)[:200]
    return found


def told_by_parent(values):
    """In such a child, before it imports the main module."""
    _parents.clear()
    _parents.update(values)


def _tell_differences(process):
    """Variables that the target uses and that are not what they are in the parent."""
    names = sys.modules['__main__'].__dict__
    target = getattr(process, '_target', None)
    run = target if target is not None else type(process).run
    used = code.names_of(run, dict(names, **{name: None for name in _parents if name not in names}))
    for name in sorted(used & set(_parents)):
        own = repr(names[name])[:200] if name in names and copies._is_all_plain(names[name], 3) else None
        if name in names and own in (None, _parents[name]):
            continue
        Call('copy.changed', None, join_fields(
            text_field('key', 'import'), text_field('name', name), text_field('value', own or ''),
            list_field('values', [_parents[name]])),
            at=_at(code.uses_at(names, name))).done()
