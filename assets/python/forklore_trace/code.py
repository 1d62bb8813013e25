"""What the program's own functions do with a name, read from their bytecode.

Answers where a function changes a variable, what it does with a value that a call has given it, and
which names a function and those it calls look up. Runs nothing, and reads no source files.
"""

import types

# Methods by which Python's own containers are changed.
MUTATORS = frozenset((
    'append', 'extend', 'insert', 'remove', 'pop', 'clear', 'sort', 'reverse', 'update', 'add', 'discard',
    'setdefault', 'popitem', 'appendleft', 'popleft', 'put', 'put_nowait', 'difference_update',
    'intersection_update', 'symmetric_difference_update'))
_STORES = ('STORE_GLOBAL', 'STORE_NAME', 'DELETE_GLOBAL')
_SKIPPED = ('CACHE', 'EXTENDED_ARG', 'NOP', 'PRECALL', 'RESUME', 'NOT_TAKEN')


def _instructions(code):
    """Offset, name, value of the argument."""
    import dis
    return [(one.offset, one.opname, one.argval) for one in dis.get_instructions(code)
            if one.opname not in _SKIPPED]


def _is_load(name):
    return name.startswith('LOAD_')


def _is_method(one):
    return one[1] in ('LOAD_METHOD', 'LOAD_ATTR')


def _all(code):
    """A code and those inside it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            for inner in _all(part):
                yield inner


def functions(names):
    """The codes of all functions and methods of a module."""
    file = names.get('__file__')
    for value in list(names.values()):
        if isinstance(value, types.FunctionType):
            owners = [value]
        elif isinstance(value, type) and getattr(value, '__module__', None) == names.get('__name__'):
            owners = [one for one in vars(value).values() if isinstance(one, types.FunctionType)]
        else:
            continue
        for function in owners:
            if file is None or function.__code__.co_filename == file:
                for code in _all(function.__code__):
                    yield code


def changes_at(names, wanted, local=False):
    """`file:line` of the first place where a function of the module changes what this name holds."""
    for code in functions(names):
        if wanted in (code.co_varnames if local else code.co_names):
            line = _changes_in(code, wanted)
            if line is not None:
                return '%s:%d' % (code.co_filename.rpartition('/')[2], line)
    return None


def uses_at(names, wanted):
    """`file:line` of the first place where a function of the module looks the name up."""
    for code in functions(names):
        if wanted in code.co_names:
            for offset, name, value in _instructions(code):
                if value == wanted and _is_load(name):
                    return '%s:%d' % (code.co_filename.rpartition('/')[2], _line(code, offset))
    return None


def _line(code, offset):
    import dis
    before = [line for start, line in dis.findlinestarts(code) if line and start <= offset]
    return before[-1] if before else code.co_firstlineno


def _changes_in(code, wanted):
    instructions = _instructions(code)
    for at, (offset, name, value) in enumerate(instructions):
        if value != wanted:
            continue
        if name in _STORES or name == 'STORE_ATTR' or _is_load(name) and _is_changed(instructions, at):
            return _line(code, offset)
    return None


def _is_changed(instructions, at):
    """Whether the value that is loaded here is changed in place by what follows."""
    following = instructions[at + 1:at + 2]
    if following and _is_method(following[0]) and following[0][2] in MUTATORS:
        return True
    # `name[key] = value`, `name[key] += 1`, `name.part = value`: within the same expression.
    for _, name, _ in instructions[at + 1:at + 12]:
        if name in ('STORE_SUBSCR', 'STORE_ATTR', 'DELETE_SUBSCR', 'STORE_SLICE'):
            return True
        if name.startswith(('POP_TOP', 'STORE_', 'RETURN_', 'CALL', 'POP_JUMP', 'JUMP', 'FOR_ITER', 'LOAD_GLOBAL')):
            return False
    return False


# What becomes of a value that a call has given.
DROPPED, KEPT, READ = 'dropped', 'kept', 'read'


def _under_way(frame):
    """The instructions of a frame's code, and which of them is under way: in some versions `f_lasti` is
    in its caches."""
    instructions = _instructions(frame.f_code)
    return instructions, sum(one[0] <= frame.f_lasti for one in instructions) - 1


def use_of(frame):
    """What the program does with the value of the call under way in this frame: changes it at once and
    keeps it nowhere, gives it a name and only ever changes it by that name, or else."""
    try:
        instructions, at = _under_way(frame)
        following = instructions[at + 1] if at + 1 < len(instructions) else None
        if following is None:
            return READ
        if following[1] in ('STORE_FAST', 'STORE_NAME', 'STORE_GLOBAL', 'STORE_DEREF'):
            return KEPT if _is_only_changed(instructions, at + 1) else READ
        return DROPPED if _is_changed(instructions, at) else READ
    except Exception:
        return READ


def sets_part(frame):
    """Whether the value of the call under way has an attribute set at once, and is kept nowhere."""
    instructions, at = _under_way(frame)
    following = instructions[at + 1:at + 2]
    return bool(following) and following[0][1] == 'STORE_ATTR'


def only_changes_parts(frame):
    """Whether a loop goes through the value of the call under way, and only changes what it comes to."""
    instructions, at = _under_way(frame)
    names = [one[1] for one in instructions[at + 1:at + 6]]
    if names[:2] != ['GET_ITER', 'FOR_ITER']:
        return False
    # `for part in …`, or `for key, part in …`: the last name is that of the value.
    stored = [at + 3]
    if names[2:3] == ['UNPACK_SEQUENCE']:
        stored = [at + 5] if names[3:4] != ['STORE_FAST_STORE_FAST'] else [at + 4]
    return stored[0] < len(instructions) and instructions[stored[0]][1].startswith('STORE_') and _is_only_changed(
        instructions, stored[0])


def _is_only_changed(instructions, stored):
    name = instructions[stored][2]
    if isinstance(name, tuple):
        name = name[-1]
    loads = [at for at, one in enumerate(instructions) if _is_load(one[1]) and (
        one[2] == name or isinstance(one[2], tuple) and name in one[2])]
    return bool(loads) and all(_is_changed(instructions, at) for at in loads)


def names_of(function, module, depth=3):
    """Names of the module that a function looks up, itself or by functions of the module it calls."""
    found, todo = set(), [(getattr(function, '__code__', None), depth)]
    while todo:
        code, left = todo.pop()
        if code is None:
            continue
        for inner in _all(code):
            for name in inner.co_names:
                if name in found or name not in module:
                    continue
                found.add(name)
                if left:
                    todo.append((getattr(module[name], '__code__', None), left - 1))
    return found


def never_runs(function):
    """Whether a call of the function only makes something that would have to be run."""
    code = getattr(function, '__code__', None)
    return code is not None and bool(code.co_flags & (0x20 | 0x80 | 0x200))
