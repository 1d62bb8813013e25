"""The line of the user's program that an operation belongs to, and the names it gives to objects.

Decides which frames are the user's: not the standard library's, not ours, and a package's only if there
is no other. Reads frames and bytecode, never source files. The place of an instruction is cached.
"""

import os
import sys

from .channel import quote

_USER, _PACKAGE, _LIBRARY, _MULTIPROCESSING, _OURS = range(5)

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_MP = _LIB + 'multiprocessing' + os.sep
_kinds = {}
# Instruction → the place's field and the code it is in, which so stays the code of that number.
_fields = {}
_MOST = 4096
_frame = sys._getframe
# The code at the bottom of a forked child's stack: frames below it are its parent's.
_bottom = None


def is_cached():
    """Whether the package lies in the user's cache."""
    return os.path.basename(os.path.dirname(_HERE[:-1])).startswith('python-')


def set_bottom(code):
    """Names the function a forked child begins with."""
    global _bottom
    _bottom = code


def _judge(path):
    """The kind of a file of code."""
    full = path if path.startswith(('/', '<')) else os.path.abspath(path)
    if full.startswith(_HERE):
        kind = _OURS
    elif '/site-packages/' in full or '/dist-packages/' in full:
        kind = _PACKAGE
    elif full.startswith(_MP):
        kind = _MULTIPROCESSING
    elif full.startswith(_LIB) or full.startswith(('<frozen', '<__array_function__')):
        kind = _LIBRARY
    else:
        kind = _USER
    if len(_kinds) > _MOST:
        _kinds.clear()
    _kinds[path] = kind
    return kind


def at_field():
    """`,"at":"my_script.py:12"` of the line that called whatever of ours began a call, or of one above
    it; empty where no line of the program is to blame."""
    try:
        frame = _frame(3)
    except ValueError:
        # A thread that does nothing else.
        return ''
    known = _fields.get((id(frame.f_code), frame.f_lasti))
    if known is None and frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        # Many of ours are called by one that stands for many.
        frame = frame.f_back
        known = _fields.get((id(frame.f_code), frame.f_lasti))
    return _search(frame) if known is None else known[0]


def at_of(frame):
    """The same of a line that is known to have called."""
    known = _fields.get((id(frame.f_code), frame.f_lasti))
    return _search(frame) if known is None else known[0]


def _search(frame):
    package = None
    while frame is not None:
        code = frame.f_code
        path = code.co_filename
        kind = _kinds.get(path)
        if kind is None:
            kind = _judge(path)
        if kind == _USER:
            known = _fields.get((id(code), frame.f_lasti))
            if known is not None:
                return known[0]
            if path != '<string>' or _is_main(frame):
                found = _named(frame)
                if len(_fields) > _MOST:
                    _fields.clear()
                _fields[id(code), frame.f_lasti] = found, code
                return found
        elif kind == _PACKAGE:
            package = package or frame
        elif code is _bottom:
            break
        frame = frame.f_back
    return '' if package is None else _named(package)


def _is_main(frame):
    # `python -c`; what the library generates from strings has another name or none. What starts its
    # own helpers (a spawned child, the tracker of resources) is the library's too.
    names = frame.f_code.co_names
    return (frame.f_globals.get('__name__') == '__main__'
            and not (names and names[0].startswith('multiprocessing.')))


def _named(frame):
    path = frame.f_code.co_filename
    return ',"at":' + quote('%s:%d' % (path[path.rfind('/') + 1:], frame.f_lineno))


def creator():
    """The frame that had an object made; None where that was the standard library itself."""
    frame = _frame(1)
    while frame is not None:
        path = frame.f_code.co_filename
        kind = _kinds.get(path)
        if kind is None:
            kind = _judge(path)
        if kind == _PACKAGE or kind == _USER and (path != '<string>' or _is_main(frame)):
            return frame
        if kind == _LIBRARY or frame.f_code is _bottom:
            return None
        frame = frame.f_back
    return None


def is_users(frame):
    """Whether a call comes from the program or a package, or is all that a child or a task does."""
    path = frame.f_code.co_filename
    kind = _kinds.get(path)
    if kind is None:
        kind = _judge(path)
    return kind in (_USER, _PACKAGE) or (
        kind == _MULTIPROCESSING and frame.f_code.co_name in ('run', 'worker', 'mapstar'))


def direct_creator(above=2):
    """The frame that called what asks, so far above; None where it is not the program's or a package's."""
    try:
        frame = _frame(above)
    except ValueError:
        return None
    path = frame.f_code.co_filename
    kind = _kinds.get(path)
    if kind is None:
        kind = _judge(path)
    return frame if kind == _PACKAGE or kind == _USER and (path != '<string>' or _is_main(frame)) else None


def is_multiprocessings(frame):
    """Whether a call comes from the package `multiprocessing` itself."""
    return frame.f_code.co_filename.startswith(_MP)


_SKIPPED = ('CACHE', 'EXTENDED_ARG', 'NOP', 'COPY', 'DUP_TOP', 'BEFORE_WITH', 'SETUP_WITH')


def variables(frame):
    """The names the value of the call under way in this frame will be stored under."""
    try:
        from opcode import opname
        code = frame.f_code
        text = code.co_code
        wanted, names, loaded = 1, [], False
        for at in range(frame.f_lasti + 2, min(len(text), frame.f_lasti + 80), 2):
            op, arg = opname[text[at]], text[at + 1]
            if op == 'UNPACK_SEQUENCE' and not names:
                wanted = arg
            elif op in _SKIPPED:
                continue
            elif op.startswith('LOAD_') and not loaded:
                # What has the attribute follows the value on the stack.
                loaded = True
            elif op.startswith('STORE_') and (not loaded or op == 'STORE_ATTR'):
                more = _stored(code, op, arg)
                if not more:
                    break
                names.extend(more)
                loaded = False
            else:
                break
            if len(names) >= wanted:
                break
        return names[:wanted] or _later(code, frame.f_lasti)
    except Exception:
        return []


# Instruction → the names found later on, and the code, which so stays the code of that number.
_later_names = {}


def _later(code, start):
    known = _later_names.get((id(code), start))
    if known is None:
        if len(_later_names) > _MOST:
            _later_names.clear()
        known = _later_names[id(code), start] = _stored_in_turn(code, start), code
    return known[0]


def _stored_in_turn(code, start):
    """The name that the value of a call gets where several values are made before they are stored
    (`a, b = Lock(), Queue()`): its place on the stack is followed."""
    import dis
    # From the top down: what lies on the value; the value itself lies below all that.
    above = 0
    for one in dis.get_instructions(code):
        if one.offset <= start or one.opname in _SKIPPED[:3]:
            continue
        name = one.opname
        if name in ('SWAP', 'ROT_TWO', 'ROT_THREE', 'ROT_FOUR'):
            size = one.arg if name == 'SWAP' else {'ROT_TWO': 2, 'ROT_THREE': 3, 'ROT_FOUR': 4}[name]
            if above >= size:
                continue
            if name == 'SWAP' or name == 'ROT_TWO':
                above = size - 1 if above == 0 else 0 if above == size - 1 else above
            else:
                # The top goes down to where the last of them was, the others go up.
                above = size - 1 if above == 0 else above - 1
        elif name == 'BUILD_TUPLE' and above < one.arg:
            return _unpacked(code, one.offset)[one.arg - 1 - above:][:1]
        elif name == 'UNPACK_SEQUENCE' and above == 0:
            return _unpacked(code, one.offset - 1)
        elif name.startswith('STORE_') and name != 'STORE_SUBSCR':
            names = _names_of(one, name)
            if not names or above < len(names):
                return [names[above]] if names and above < len(names) else []
            above -= len(names)
            if name == 'STORE_ATTR':
                return []
        elif name.startswith(('POP_JUMP', 'JUMP', 'RETURN', 'YIELD', 'FOR_ITER')):
            return []
        else:
            effect = dis.stack_effect(one.opcode, one.arg if one.opcode >= dis.HAVE_ARGUMENT else None)
            above += effect
            if above < 0 or above == 0 and effect < 0 and not name.startswith('CALL') \
                    or above == 0 and effect == 0 and name not in ('NOP', 'PRECALL', 'RESUME'):
                return []
    return []


def _names_of(one, name):
    if isinstance(one.argval, tuple):
        return list(one.argval) if name == 'STORE_FAST_STORE_FAST' else []
    return [one.argval] if name in ('STORE_NAME', 'STORE_GLOBAL', 'STORE_FAST', 'STORE_DEREF') else []


def _unpacked(code, start):
    """The names that the parts of a tuple get which is taken apart here."""
    import dis
    names = []
    for one in dis.get_instructions(code):
        if one.offset <= start or one.opname in _SKIPPED[:3] or one.opname == 'UNPACK_SEQUENCE':
            continue
        found = _names_of(one, one.opname)
        if not found:
            break
        names.extend(found)
    return names


def _stored(code, op, arg):
    fast = code.co_varnames
    if op in ('STORE_NAME', 'STORE_GLOBAL', 'STORE_ATTR'):
        return [code.co_names[arg]]
    if op in ('STORE_FAST', 'STORE_FAST_MAYBE_NULL'):
        return [fast[arg]]
    if op == 'STORE_FAST_STORE_FAST':
        return [fast[arg >> 4], fast[arg & 15]]
    if op == 'STORE_FAST_LOAD_FAST':
        return [fast[arg >> 4]]
    if op == 'STORE_DEREF':
        cells = code.co_cellvars + code.co_freevars
        if sys.version_info >= (3, 11):
            cells = fast + tuple(name for name in cells if name not in fast)
        return [cells[arg]]
    return []
