"""Hooks inside a function of CPython, run in that function's own frame.

Compiles the function again from its source, with a call of ours before its first statement and,
if wanted, one where it raises and one at its end. Line numbers stay the same. So the program's own code
that runs below such a function (the target of a child, a main module, a callback) finds the stack it
would find without us. If the source is not available, the hooks are called by a function around the
original.
"""

from .tracebacks import hide_frames

_ONLY_AST = 0x400
# What stands in the compiled function for the hooks, until they take their places among its constants.
_MARK = '<forklore {}>'


def follow(owner, name, begin, failed=None, ended=None):
    """Has a function call `begin` with its own arguments, `failed` where it raises, and `ended`."""
    original = owner.__dict__[name]
    hooks = {'begin': begin, 'failed': failed, 'ended': ended}
    hooks = {kind: hook for kind, hook in hooks.items() if hook}
    function = _changed(original, lambda function, names: _add(function, names, hooks), hooks)
    _put(owner, name, function or _around(original, begin, failed, ended))


def call_instead(owner, name, method, instead):
    """Has a method whose last statement returns what a method of a part of `self` returns call
    `instead`, a method of `self` itself."""
    def change(function, _names):
        call = function.body[-1].value
        if call.func.attr != method:
            raise ValueError('another source')
        call.func.attr, call.func.value = instead, call.func.value.value
        call.args, call.keywords = [], []

    def otherwise(self, *args):
        return getattr(self, instead)()
    original = owner.__dict__[name]
    _put(owner, name, _changed(original, change, {}) or otherwise)


def give_value(owner, name, hook):
    """Has a method whose last statement is the call of a part of `self`, made on a condition, give what
    that returns to `hook`. Without the source nothing is changed."""
    def change(function, names):
        statement = function.body[-1].body[-1]
        text = "'%s'.__call__(%s, None)" % (_MARK.format('begin'), names[0])
        calls = _placed(text, function)
        calls[0].value.args[1] = statement.value
        statement.value = calls[0].value
    changed = _changed(owner.__dict__[name], change, {'begin': hook})
    if changed is not None:
        _put(owner, name, changed)


def follow_try(owner, name, word, begin, failed):
    """Has a function whose body is a `try` call `begin` before the statement of the `try` that has this
    text in it, and `failed` first where it handles an exception."""
    def change(function, names):
        outer = [part for part in function.body if hasattr(part, 'handlers')][-1]
        texts = [getattr(getattr(part, 'value', None), 'args', ()) for part in outer.body]
        at = [bool(args) and getattr(args[0], 'value', getattr(args[0], 's', None)) == word
              for args in texts].index(True)
        call = "'%s'.__call__(%s)"
        outer.body[at:at] = _placed(call % (_MARK.format('begin'), names[0]), outer.body[at])
        for handler in outer.handlers:
            handler.body[:0] = _placed(call % (_MARK.format('failed'), names[0]), handler)
    changed = _changed(owner.__dict__[name], change, {'begin': begin, 'failed': failed})
    if changed is not None:
        _put(owner, name, changed)


def follow_property(owner, name, begin):
    """Has the reading of a property call `begin` first."""
    usual = owner.__dict__[name]
    getter = _changed(usual.fget, lambda function, names: _add(function, names, {'begin': begin}),
                      {'begin': begin})
    if getter is not None:
        for attribute in ('__module__', '__name__', '__qualname__', '__doc__'):
            setattr(getter, attribute, getattr(usual.fget, attribute))
        setattr(owner, name, property(getter, usual.fset, usual.fdel, usual.__doc__))


def _put(owner, name, function):
    original = owner.__dict__[name]
    for attribute in ('__module__', '__name__', '__qualname__', '__doc__'):
        setattr(function, attribute, getattr(original, attribute))
    function.__dict__.update(original.__dict__)
    setattr(owner, name, function)


def _changed(original, change, hooks):
    """The function with its source changed; None where that is not to be had."""
    code = original.__code__
    try:
        if code.co_freevars:
            return None
        function = _source(code)
        # The arguments in stars come as the tuple and the dict that they are.
        stars = bool(code.co_flags & 4) + bool(code.co_flags & 8)
        change(function, code.co_varnames[:code.co_argcount + code.co_kwonlyargcount + stars])
        code = _compiled(function, code, hooks)
    except (OSError, SyntaxError, ValueError, IndexError, AttributeError):  # the last before 3.8
        return None
    changed = type(original)(code, original.__globals__, original.__name__, original.__defaults__)
    changed.__kwdefaults__ = original.__kwdefaults__
    return changed


def _add(function, arguments, hooks):
    """Puts calls of the hooks into a function."""
    calls = {kind: "'%s'.__call__(%s)" % (_MARK.format(kind), ', '.join(arguments)) for kind in hooks}
    text = '{begin}\n'
    if len(calls) > 1:
        text += 'try: pass\n'
    if 'failed' in calls:
        text += 'except BaseException:\n {failed}\n raise\n'
    if 'ended' in calls:
        text += 'finally:\n {ended}\n'
    added = _placed(text.format(**calls), function)
    if len(calls) > 1:
        added[1].body, function.body = function.body, added
    else:
        function.body[:0] = added


def _compiled(function, code, hooks):
    """The code of a changed function, with the names and the places of the original's."""
    tree = compile('', '', 'exec', _ONLY_AST)
    tree.body = [function]
    outer = compile(tree, code.co_filename, 'exec', dont_inherit=True)
    inner = next(part for part in outer.co_consts if isinstance(part, type(code)))
    marks = {_MARK.format(kind): hook for kind, hook in hooks.items()}
    changed = {'co_consts': tuple(
        marks.get(part, part) if isinstance(part, str) else part for part in inner.co_consts)}
    if hasattr(code, 'co_qualname'):
        changed['co_qualname'] = code.co_qualname
    return inner.replace(**changed)


def _source(code):
    """The function as a tree, on the lines of its file."""
    with open(code.co_filename, encoding='utf-8') as file:
        lines = file.read().split('\n')
    first = code.co_firstlineno - 1
    while lines[first].lstrip().startswith('@'):
        first += 1
    depth = len(lines[first]) - len(lines[first].lstrip())
    last = first + 1
    while last < len(lines) and (
            not lines[last].strip() or len(lines[last]) - len(lines[last].lstrip()) > depth):
        last += 1
    head = [''] * first
    if depth:
        head[-1] = 'if 1:'
    text = '\n'.join(head + lines[first:last]) + '\n'
    tree = compile(text, code.co_filename, 'exec', _ONLY_AST, dont_inherit=True)
    function = tree.body[0].body[0] if depth else tree.body[0]
    if function.name != code.co_name:
        raise ValueError('another source')
    return function


def _placed(text, function):
    """Statements that stand on the line of the function's beginning."""
    statements = compile(text, '', 'exec', _ONLY_AST).body
    waiting = list(statements)
    while waiting:
        node = waiting.pop()
        if hasattr(node, 'lineno'):
            node.lineno = node.end_lineno = function.lineno
            node.col_offset = node.end_col_offset = function.col_offset
        for field in node._fields:
            value = getattr(node, field, None)
            for part in value if isinstance(value, list) else (value,):
                if hasattr(part, '_fields'):
                    waiting.append(part)
    return statements


def _around(original, begin, failed, ended):
    from inspect import signature
    arguments = signature(original)

    def function(*args, **kwargs):
        try:
            bound = arguments.bind(*args, **kwargs)
        except TypeError:
            # The original says it in its own words.
            return original(*args, **kwargs)
        bound.apply_defaults()
        given = tuple(bound.arguments.values())
        begin(*given)
        try:
            return original(*args, **kwargs)
        except BaseException as error:
            if failed is not None:
                failed(*given)
            hide_frames(error)
            raise
        finally:
            if ended is not None:
                ended(*given)
    function.__wrapped__ = original
    return function
