"""The rules: what every log of a traced program must be, whatever the program.

Owns the form of events (fields, types, words) and what causality asks of their order. Each rule
gives the sentences it is broken by; no rule looks at time.
"""

import os
import re

WORDS = set()
_SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'src', 'trace',
                       'words.rs')
with open(_SOURCE, encoding='utf-8') as source:
    for name in re.findall(r'\b[A-Z]\w+ = "([^"]+)"', source.read()):
        WORDS.add(name)

FIELDS = {'seq', 't', 'pid', 'tid', 'kind', 'ppid', 'name', 'role', 'daemon', 'method', 'op', 'object',
          'ver', 'at', 'args', 't0', 'result', 'error', 'stream', 'data', 'data_b64', 'fault', 'detail',
          'code', 'signal', 'by'}
ARGS = {'class': str, 'name': str, 'typecode': str, 'of': str, 'index': int, 'key': str, 'value': str,
        'values': list, 'item': str, 'task': int, 'func': str, 'child': str, 'pid': int, 'n': int,
        'timeout': float, 'blocking': bool, 'callbacks': str}


def of(event):
    """An event's operation, its object and its arguments."""
    return event.get('op'), event.get('object'), event.get('args', {})


def op_of_a_line(event):
    """Whether only a line of the program can have asked for it."""
    return event['op'] in ('acquire', 'release', 'put', 'queue.get', 'get', 'set', 'submit', 'create',
                           'name', 'start', 'send', 'recv', 'dict.set')


def form(events):
    """Fields, types and words."""
    servers = {event['pid'] for event in events if event.get('role') == 'manager'}
    for event in events:
        where = 'event %d: ' % event['seq']
        for field in set(event) - FIELDS:
            yield where + 'no such field: ' + field
        if not isinstance(event.get('t'), int) or not event['pid']:
            yield where + 'no time or no sender'
        if event.get('tid') == event['pid']:
            yield where + 'the main thread is named'
        kind = event.get('kind')
        if kind not in ('op', 'op.wait', 'output', 'process.start', 'process.reaped', 'fault'):
            yield where + 'kind %r' % kind
        if kind == 'fault' and event['fault'] != 'start_failed':
            yield where + 'fault: %s' % event.get('detail')
        if kind in ('op', 'op.wait'):
            if event['op'] not in WORDS:
                yield where + 'no such word: ' + event['op']
            if not isinstance(event.get('t0'), int) or event['t0'] > event['t']:
                yield where + 't0'
            for name, value in event.get('args', {}).items():
                if not isinstance(value, ARGS.get(name, ())):
                    yield where + 'argument %s=%r' % (name, value)
            # What a manager's server does stands in no line of the program.
            if event['pid'] not in servers and op_of_a_line(event) and 'at' not in event:
                yield where + 'no line of the program: ' + event['op']
            if 'at' in event and not re.fullmatch(r'[^/]+:\d+', event['at']):
                yield where + 'at %r' % event['at']


def order(events):
    """What waits gets through, objects are made before they are used, numbers have no gap."""
    waits, made, vers, known = {}, set(), {}, set()
    for event in events:
        where = 'event %d: ' % event['seq']
        op, thing, args = of(event)
        key = (event['pid'], event.get('tid'))
        if event['kind'] == 'op.wait':
            if key in waits and waits[key][0] != 'join':
                yield where + 'waits in %s, still in %s' % (op, waits[key])
            waits[key] = (op, thing)
        elif event['kind'] == 'op':
            if waits.get(key) == (op, thing):
                del waits[key]
        elif event['kind'] == 'process.start':
            if event['pid'] in known:
                yield where + 'started twice'
            known.add(event['pid'])
        if thing is None:
            continue
        if op == 'create':
            if thing in made:
                yield where + 'made twice: ' + thing
            made.add(thing)
        elif thing not in made:
            yield where + 'used before it was made: ' + thing
        if 'ver' in event:
            if event['ver'] != vers.get(thing, 0) + 1:
                yield where + '%s: number %d after %d' % (thing, event['ver'], vers.get(thing, 0))
            vers[thing] = event['ver']


def locks(events):
    """A lock is held by one; a semaphore is never below zero."""
    owners, values = {}, {}
    for event in events:
        op, thing, args = of(event)
        if event['kind'] != 'op' or thing is None:
            continue
        where = 'event %d: ' % event['seq']
        kind = thing.split('-')[0]
        me = (event['pid'], event.get('tid'))
        if kind in ('Semaphore', 'BoundedSemaphore') and 'error' not in event:
            if op == 'create':
                values[thing] = args['n']
            elif op == 'acquire' and event['result'] == 'True':
                values[thing] -= 1
            elif op == 'release':
                values[thing] += 1
            if values[thing] < 0:
                yield where + thing + ' below zero'
        if kind not in ('Lock', 'RLock') or 'error' in event:
            continue
        owner, depth = owners.get(thing, (None, 0))
        if op == 'acquire' and event.get('result', 'True') == 'True':
            if owner not in (None, me) or (depth and kind == 'Lock'):
                yield where + '%s acquired while held' % thing
            owners[thing] = (me, args.get('n', depth + 1))
        elif op == 'release':
            if not depth or (kind == 'RLock' and owner != me):
                yield where + '%s released, not held' % thing
            depth -= args.get('n', 1)
            owners[thing] = (owner if depth else None, depth)


def messages(events):
    """What is got was put before, and once; a bounded queue is never over full."""
    boxes, most, others = {}, {}, {}
    for event in events:
        op, thing, args = of(event)
        if event['kind'] != 'op' or thing is None:
            continue
        where = 'event %d: ' % event['seq']
        if op == 'create':
            most[thing] = args.get('n')
            others[thing] = args.get('of')
        elif op in ('put', 'send') and 'error' not in event:
            box = boxes.setdefault(thing if op == 'put' else others[thing], [])
            box.append(args.get('item'))
            if op == 'put' and 'item' in args and most[thing] is not None and len(box) > most[thing]:
                yield where + '%s holds %d' % (thing, len(box))
        elif op in ('queue.get', 'recv') and ('error' not in event or 'item' in args):
            try:
                boxes.setdefault(thing, []).remove(args.get('item'))
            except ValueError:
                if 'item' in args:
                    yield where + '%s: %s was never put' % (thing, args.get('item'))


def cells(events):
    """What is read from shared memory is what was written last."""
    arrays = {}
    for event in events:
        op, thing, args = of(event)
        if thing is None or event['kind'] != 'op' or thing.split('-')[0] not in ('Array', 'Value'):
            continue
        where = 'event %d: ' % event['seq']
        if op == 'create':
            arrays[thing] = args.get('values') or [args.get('value')]
        if 'error' in event:
            continue
        now, at = arrays[thing], args.get('index', 0)
        if op == 'set':
            now[at] = args['value']
        elif op == 'get' and now[at] != event['result']:
            yield where + '%s[%d] is %s, read %s' % (thing, at, now[at], event['result'])
        elif op == 'set_slice':
            now[at:at + len(args['values'])] = args['values']
        elif op == 'get_slice' and event['result'].startswith('['):
            if '[%s]' % ', '.join(now[at:at + args['n']]) != event['result']:
                yield where + '%s: slice read %s' % (thing, event['result'])


def tasks(events):
    """A task is submitted, begins and ends once, in this order; its result comes after."""
    states = {}
    for event in events:
        op, thing, args = of(event)
        if event['kind'] != 'op' or 'task' not in args:
            continue
        where = 'event %d: ' % event['seq']
        key = (thing, args['task'])
        steps = {'submit': None, 'task.start': 'submit', 'task.end': 'task.start'}
        if op in steps:
            if states.get(key) != steps[op]:
                yield where + '%s of task %d after %s' % (op, args['task'], states.get(key))
            states[key] = op
        elif op == 'result.get' and not event.get('error', '').endswith('TimeoutError'):
            for number in range(args['task'], args['task'] + args.get('n', 1)):
                if states.get((thing, number)) != 'task.end' and 'error' not in event:
                    yield where + 'result of task %d before its end' % number


def dicts(events):
    """What a manager's dict gives is what was set last."""
    all_of = {}
    for event in events:
        op, thing, args = of(event)
        if thing is None or event['kind'] != 'op' or not thing.startswith('DictProxy'):
            continue
        if op in ('create', 'dict.update'):
            pairs = args.get('values', [])
            all_of.setdefault(thing, {}).update(zip(pairs[::2], pairs[1::2]))
        elif op == 'dict.set' and 'error' not in event:
            all_of[thing][args['key']] = args['value']
        elif op in ('dict.pop', 'dict.del') and 'error' not in event:
            all_of[thing].pop(args['key'], None)
        elif op == 'dict.clear':
            all_of[thing].clear()
        elif op == 'dict.setdefault':
            all_of[thing].setdefault(args['key'], args['value'])
        elif op == 'dict.get' and 'error' not in event and 'Proxy' not in event['result']:
            if all_of[thing].get(args['key'], 'None') != event['result']:
                yield 'event %d: %s[%s] is %s' % (
                    event['seq'], thing, args['key'], event['result'])


ALL = (form, order, locks, messages, cells, tasks, dicts)


def broken(events):
    """Every sentence that says what is wrong with a log."""
    return [rule.__name__ + ': ' + words for rule in ALL for words in rule(events)]
