"""One operation of the program, from its beginning to its event.

Formats operations and values for the wire. Where `done` is called decides whether the log is true:
before the effect for an operation that publishes something, after it for one that consumes it.
"""

from . import channel
from .channel import local, now, quote, send
from .place import at_field

_LONGEST = 2048
_PLAIN = (int, float, bool, type(None))
_BRACKETS = {list: '[]', tuple: '()', set: '{}', frozenset: ('frozenset({', '})'), dict: '{}'}
# Most characters of a list of texts.
_MOST = 40000


class Call(object):
    """An operation that has begun; `args` is the JSON of its arguments without the braces."""

    __slots__ = ('op', 'tag', 'args', 'at', 't0', 'waited')

    def __init__(self, op, tag=None, args='', at=None):
        self.t0 = now()
        self.op = op
        self.tag = tag
        self.args = args
        self.at = at_field() if at is None else at
        self.waited = False

    def waiting(self):
        """Says, once, that the operation is about to block."""
        if not self.waited:
            self.waited = True
            self.done(kind='op.wait')

    def done(self, result=None, ver=None, more='', kind='op', end=''):
        """The operation's event; `result` is the text of what it returned."""
        args = self.args
        if more:
            args = args + ',' + more if args else more
        if args:
            args = f',"args":{{{args}}}'
        if ver is not None:
            args = f',"ver":{ver}{self.at}{args}'
        else:
            args = self.at + args
        if result is not None:
            end = f',"result":{quote(result)}'
        tag = self.tag
        after = '' if tag is None else tag.after
        send(f'"kind":"{kind}","op":"{self.op}"{after}{args},"t0":{self.t0}{end}')

    def failed(self, error, ver=None, more=''):
        """The operation's event where it raised."""
        self.done(None, ver, more, 'op', ',"error":' + quote(error_text(error)))


def tell(op, tag, ver, at, args, t0, result=''):
    """The event of an operation that went through at once, without a `Call`: for those that are many.
    `args` and `result` are fields with their commas."""
    send(f'"kind":"op","op":"{op}"{tag.after},"ver":{ver}{at}{args},"t0":{t0}{result}')


def tracing():
    """Whether the thread's operations are to be told."""
    return channel.on and not local.silenced


def error_text(error):
    """`ValueError: Pool not running`, as a traceback's last line has it."""
    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ not in ('builtins', '__main__', '__mp_main__'):
        name = kind.__module__ + '.' + name
    local.silenced += 1
    try:
        text = str(error)
    except Exception:
        text = ''
    finally:
        local.silenced -= 1
    return (name + ': ' + text if text else name)[:_LONGEST]


def short_repr(value):
    """The value's repr, cut where it is long. The program's own `__repr__` may run, unseen."""
    kind = type(value)
    if kind in _PLAIN:
        return repr(value)[:_LONGEST]
    if kind is str or kind is bytes:
        return repr(value[:_LONGEST])[:_LONGEST]
    local.silenced += 1
    try:
        if kind in _BRACKETS and len(value) > 8:
            return _bounded(value, kind)
        return repr(value)[:_LONGEST]
    except Exception:
        return '<{}>'.format(kind.__name__)
    finally:
        local.silenced -= 1


def _bounded(value, kind):
    """The repr of a longer container, no element of which is looked at beyond what is shown."""
    opening, closing = _BRACKETS[kind]
    parts, length = [], 0
    for one in value.items() if kind is dict else value:
        part = '{}: {}'.format(*map(short_repr, one)) if kind is dict else short_repr(one)
        parts.append(part)
        length += len(part) + 2
        if length > _LONGEST:
            break
    return (opening + ', '.join(parts) + closing)[:_LONGEST]


def text_field(name, value):
    """A field of arguments that is text."""
    return '"%s":%s' % (name, quote(value))


def list_field(name, values):
    """A field of arguments that is a list of texts, as many as a packet has room for."""
    parts, length = [], 0
    for value in values:
        part = quote(value)
        length += len(part)
        if length > _MOST:
            break
        parts.append(part)
    return '"%s":[%s]' % (name, ','.join(parts))


def timeout_fields(blocking=True, timeout=None):
    """The fields that say how long an operation may wait, where it is not for ever."""
    fields = []
    if timeout is not None:
        try:
            fields.append('"timeout":%r' % max(float(timeout), 0.0))
            if 'n' in fields[0][10:]:  # inf, nan
                fields.pop()
        except (TypeError, ValueError):
            pass
    if not blocking:
        fields.append('"blocking":false')
    return ','.join(fields)


def join_fields(*fields):
    """Fields of arguments, the empty ones left out."""
    return ','.join(field for field in fields if field)
