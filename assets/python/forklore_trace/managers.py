"""`multiprocessing.managers`: managers, and the requests of their proxies.

Maps each method of a proxy to an operation. The client reports the operation, so the kernel says which
process did it. It holds the object's witness lock from the request to the event, so nobody sees an
effect before its event. Locks, events, conditions, barriers, queues and pools in the server are traced
by `remote`.
"""

import sys

from . import inline, ledger, nested, remote
from .call import Call, join_fields, short_repr, tracing, text_field, list_field
from .channel import local
from .hooks import wrap
from .identity import Tag, tell_create, lookup_tag, tell_name, new_tag, tag_of, creator_frame
from .tracebacks import hide_frames

# Class of a proxy → class in the log, and the word its `repr` and whole content are read by.
_PROXIES = {
    'DictProxy': ('DictProxy', 'dict.copy'),
    'ListProxy': ('ListProxy', 'list.items'),
    'NamespaceProxy': ('NamespaceProxy', 'namespace.get'),
    'ValueProxy': ('Value', 'get'),
    'ArrayProxy': ('Array', 'get_slice'),
}

_REMOTE = ('AcquirerProxy', 'EventProxy', 'ConditionProxy', 'BarrierProxy', 'AutoProxy[Queue]',
           'AutoProxy[JoinableQueue]', 'PoolProxy', 'AutoProxy[AsyncResult]', 'IteratorProxy')

# Method of a proxy → word, the names of its arguments, whether its result is told.
_DICT = {
    '__setitem__': ('dict.set', ('key', 'value'), False),
    '__getitem__': ('dict.get', ('key',), True),
    'get': ('dict.get', ('key',), True),
    '__delitem__': ('dict.del', ('key',), False),
    'pop': ('dict.pop', ('key',), True),
    'popitem': ('dict.pop', (), True),
    'setdefault': ('dict.setdefault', ('key', 'value'), True),
    'update': ('dict.update', 'pairs', False),
    'clear': ('dict.clear', (), False),
    '__len__': ('dict.len', (), True),
    '__contains__': ('dict.contains', ('key',), True),
    'keys': ('dict.keys', (), True),
    'values': ('dict.values', (), True),
    'items': ('dict.items', (), True),
    'copy': ('dict.copy', (), True),
    '__iter__': ('dict.keys', (), False),
}
_LIST = {
    'append': ('list.append', ('value',), False),
    'extend': ('list.extend', 'items', False),
    'insert': ('list.insert', ('index', 'value'), False),
    '__getitem__': ('list.get', ('index',), True),
    '__setitem__': ('list.set', ('index', 'value'), False),
    '__delitem__': ('list.del', ('index',), False),
    'pop': ('list.pop', ('index',), True),
    'remove': ('list.remove', ('value',), False),
    'index': ('list.index', ('value',), True),
    'count': ('list.count', ('value',), True),
    '__len__': ('list.len', (), True),
    '__contains__': ('list.contains', ('value',), True),
    'reverse': ('list.reverse', (), False),
    'sort': ('list.sort', 'sort', False),
    'clear': ('list.clear', (), False),
    'copy': ('list.items', (), True),
}
_NAMESPACE = {
    '__getattribute__': ('namespace.get', ('attribute',), True),
    '__setattr__': ('namespace.set', ('attribute', 'value'), False),
    '__delattr__': ('namespace.del', ('attribute',), False),
}
_VALUE = {'get': ('get', (), True), 'set': ('set', ('value',), False)}
_ARRAY = {
    '__getitem__': ('get', ('index',), True),
    '__setitem__': ('set', ('index', 'value'), False),
}
_WORDS = {'DictProxy': _DICT, 'ListProxy': _LIST, 'NamespaceProxy': _NAMESPACE,
          'ValueProxy': _VALUE, 'ArrayProxy': _ARRAY}


def _plain(address):
    if isinstance(address, bytes):
        address = address.decode('utf-8', 'replace')
    return str(address).replace('\t', ' ').replace('\n', ' ')


def _key(token):
    return 'proxy:%s:%s' % (_plain(token.address), token.id)


def _pairs(args, kwds):
    """Keys and values in turn, of what a dict was given; None where looking would use it up."""
    given = args[0] if args else {}
    if not hasattr(given, 'keys') and not isinstance(given, (list, tuple)):
        return None
    whole = dict(given)
    whole.update(kwds)
    return [short_repr(part) for pair in list(whole.items())[:500] for part in pair]


def _args(names, args, kwds):
    """The fields of a request's arguments."""
    if names == 'pairs':
        values = _pairs(args, kwds)
        return '' if values is None else list_field('values', values)
    if names == 'items':
        given = args[0] if args else ()
        if not isinstance(given, (list, tuple, str, bytes, range, dict, set, frozenset)):
            return ''
        return list_field('values', [short_repr(value) for value in list(given)[:1000]])
    if names == 'sort':
        return text_field('key', 'reverse') if kwds.get('reverse') else ''
    fields = []
    for name, value in zip(names, args):
        if name == 'index':
            if type(value) is int and -1 << 63 <= value < 1 << 63:
                fields.append('"index":%d' % value)
        elif name == 'attribute':
            fields.append(text_field('key', str(value)))
        else:
            fields.append(text_field(name, short_repr(value)))
    return ','.join(fields)


def _request(proxy, method, args, kwds):
    """Word, fields and whether the result is told; no word for what is not followed."""
    kind = type(proxy).__name__
    if method in ('#GETVALUE', '__repr__', '__str__'):
        return _PROXIES[kind][1], '', True
    word, names, told = _WORDS[kind].get(method, ('?', (), True))
    if kind == 'ListProxy' and args and isinstance(args[0], slice):
        if method == '__getitem__':
            start = args[0].start
            return 'list.items', '"index":%d' % start if isinstance(start, int) else '', True
        # The log has no word for a part of a list that is replaced.
        return '?', text_field('key', method), False
    if kind == 'ArrayProxy' and args and isinstance(args[0], slice):
        start = args[0].start if isinstance(args[0].start, int) else 0
        if method == '__getitem__':
            return 'get_slice', '"index":%d' % start, True
        values = [short_repr(value) for value in args[1]]
        return 'set_slice', join_fields('"index":%d' % start, list_field('values', values)), False
    fields = text_field('key', method) if word == '?' else _args(names, args, kwds)
    return word, fields, told


def patch(module):
    """Follows managers and the proxies whose operations have words."""
    _patch_manager(module)
    base = module.BaseProxy

    def make_init(original):
        def __init__(self, token, *args, **kwargs):
            try:
                original(self, token, *args, **kwargs)
            except BaseException as error:
                hide_frames(error)
                raise
            asked, local.asked = local.asked, None
            name = type(self).__name__
            if name not in _PROXIES and name not in _REMOTE or not tracing():
                return
            frame = creator_frame()
            manager = tag_of(self._manager)
            if manager is None or frame is None or asked is None:
                object.__setattr__(self, '_forklore', lookup_tag(_key(token)))
                return
            if name in _PROXIES:
                kind, holds = _PROXIES[name][0], _content(*asked)
            elif asked[0] == 'Pool':
                # The server told of it: its workers are there.
                object.__setattr__(self, '_forklore', lookup_tag(_key(token)))
                if tag_of(self) is not None:
                    tell_name(tag_of(self), frame)
                return
            elif asked[0] in remote.KINDS:
                kind, holds = remote.KINDS[asked[0]], remote.content(*asked)
            else:
                return
            tag = new_tag(kind, _key(token))
            object.__setattr__(self, '_forklore', tag)
            tell_create(tag, kind, join_fields('"of"' + manager.field[8:] if name in _PROXIES else '', holds))
            tell_name(tag, frame)
        return __init__

    def make_create(original):
        def _create(self, typeid, *args, **kwds):
            made = original(self, typeid, *args, **kwds)
            local.asked = (typeid, args, kwds)
            return made
        return _create

    def make_callmethod(original):
        def _callmethod(self, methodname, args=(), kwds={}):
            try:
                tag = self.__dict__.get('_forklore')
                if tag is None or not tracing():
                    return original(self, methodname, args, kwds)
                if type(self).__name__ in _REMOTE:
                    return remote.call(original, self, tag, methodname, args, kwds)
                word, fields, told = _request(self, methodname, args, kwds)
                call = Call(word, tag, fields)
                nested.written(tag, fields, args)
                held = ledger.acquire(tag.slot)
                try:
                    value = original(self, methodname, args, kwds)
                    ver = ledger.next_version(tag.slot) if held else None
                    call.done(short_repr(value) if told else None, ver)
                    if word in nested.READS or word in nested.MANY:
                        nested.taken(tag, call, word, args, value)
                    return value
                except Exception as error:
                    call.failed(error, ledger.next_version(tag.slot) if held else None)
                    raise
                finally:
                    if held:
                        ledger.release(tag.slot)
            except BaseException as error:
                hide_frames(error)
                raise
        return _callmethod

    wrap(module.BaseManager, '_create', make_create)
    wrap(base, '__init__', make_init)
    wrap(base, '_callmethod', make_callmethod)


def _content(typeid, args, kwds):
    """The fields that say what a new object holds."""
    try:
        if typeid == 'dict':
            values = _pairs(args, kwds)
            return '' if values is None else list_field('values', values)
        if typeid == 'list':
            return _args('items', args, kwds) or list_field('values', [])
        if typeid == 'Value':
            return join_fields(text_field('typecode', str(args[0])), text_field('value', short_repr(args[1])))
        if typeid == 'Array':
            values = list(args[1])
            return join_fields(text_field('typecode', str(args[0])),
                          list_field('values', [short_repr(value) for value in values[:1000]]),
                          '"n":%d' % len(values))
        if typeid == 'Namespace':
            return list_field('values', [part for name, value in kwds.items()
                                    for part in (name, short_repr(value))])
    except Exception:
        pass
    return ''


def _patch_manager(module):
    def starts(self, *_, **__):
        self._forklore_frame = creator_frame() if tracing() else None
        local.silenced += 1

    def started(self, *_, **__):
        local.silenced -= 1
        frame = self.__dict__.pop('_forklore_frame')
        if frame is None or self._state.value != module.State.STARTED:
            return
        # Named like its server, so that one is found by the other.
        name = self._process.name
        self._forklore = tag = new_tag('SyncManager', None, name)
        kind = 'SyncManager' if isinstance(self, module.SyncManager) else 'BaseManager'
        tell_create(tag, kind, '"pid":%d' % self._process.pid)
        tell_name(tag, frame)

    def make_finalize(original):
        original = original.__func__

        def _finalize_manager(process, *args, **kwargs):
            telling_it = tracing() and process.is_alive()
            nested.tell()
            call = Call('shutdown', Tag(process.name, 0)) if telling_it else None
            local.silenced += 1
            try:
                original(process, *args, **kwargs)
            finally:
                local.silenced -= 1
            if call is not None:
                call.done()
        return staticmethod(_finalize_manager)

    def creates(*given):
        # Before 3.9 all arguments are in the first one.
        server, _, typeid = (given[0] if isinstance(given[0], tuple) else given)[:3]
        local.serving = _plain(server.address) if typeid == 'Pool' else None

    def created(*_):
        local.serving = None

    inline.follow(module.Server, 'create', creates, ended=created)
    # The server, and what the program has registered with it, stand on the stack of this.
    inline.follow(module.BaseManager, 'start', starts, ended=started)
    module.BaseManager._finalize_manager = make_finalize(
        module.BaseManager.__dict__['_finalize_manager'])
