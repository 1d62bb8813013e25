"""Breaks the package on purpose and sees the rules go red: `broken.py PYTHON`.

Owns the list of faults: one line each, put into a copy of the package. A rule that does not notice
its fault is a rule that checks nothing.
"""

import os
import shutil
import sys
import tempfile

import check
import collector
import rules

# File, what stands there, what is put in its place, program with its arguments, the rule that is broken.
FAULTS = (
    ('synchronize', "            tell('release', self.tag, next_version(self.tag.slot), at, '', now())\n            return raw()",
     "            raw()\n            return tell('release', self.tag, next_version(self.tag.slot), at, '', now())", 'locks fork Lock 800', 'locks'),
    ('synchronize', "            tell('release', self.tag, next_version(self.tag.slot), at, '', now())\n            return raw()",
     "            raw()\n            return tell('release', self.tag, next_version(self.tag.slot), at, '', now())", 'locks spawn RLock 800', 'locks'),
    ('queues', "call.done(more='\"item\":\"%s\"' % item)\n                call = None\n"
     '                send_bytes(self._writer, data)',
     "send_bytes(self._writer, data)\n                time.sleep(0.001)\n                call.done(more='\"item\":\"%s\"' % item)\n                call = None",
     'queues fork SimpleQueue 100', 'messages'),
    ('queues', "more='' if item is None else '\"item\":\"%s\"' % item)\n            self._sem.release()",
     "more='')\n            self._sem.release()", 'queues fork Queue 30', 'messages'),
    ('ledger', '    if _lock(slot):\n        return True', '    if True:\n        return True',
     'managers fork', 'dicts'),
    ('sharedctypes', "        return semlock.release, ledger.next_version", "        return int, ledger.next_version",
     'arrays fork 5', 'status'),
    ('sharedctypes', "            value, at = thing._obj[i],", "            at =", 'arrays fork 5', 'cells'),
    ('pool', "call = Call('task.end', tag", "call = Call('task.start', tag", 'pools fork',
     'tasks'),
    ('place', "            if path != '<string>' or _is_main(frame):",
     '            if not path:', 'locks fork Lock 3', 'form'),
    ('identity', "None if name is None else 'sem:' + name", 'None', 'locks spawn Lock 10', 'words'),
    ('pool', "inline.follow(pool, '_repopulate_pool', populates)",
     "wrap(pool, '_repopulate_pool', lambda original: lambda self: (populates(self), original(self))[1])",
     'frames fork', 'stack'),
    ('cfunction', 'known = raw()', 'known = None', 'cfunctions', 'looks'),
    ('tracebacks', '.startswith(_HERE)', ".startswith('?')", 'errors uncaught fork', 'frames'),
)


def main(python):
    missed = 0
    for file, before, after, case, rule in FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            package = os.path.join(folder, 'python')
            shutil.copytree(collector.PACKAGE, package,
                            ignore=shutil.ignore_patterns('__pycache__'))
            path = os.path.join(package, 'forklore_trace', file + '.py')
            with open(path, encoding='utf-8') as source:
                text = source.read()
            if before not in text:
                print('STALE  %s: %r is not there' % (file, before))
                missed += 1
                continue
            with open(path, 'w', encoding='utf-8') as target:
                target.write(text.replace(before, after))
            name, *args = case.split()
            ran = collector.run([python, os.path.join(check.PROGRAMS, name + '.py')] + args,
                                package=package, timeout=20)
        wrong = rules.broken(ran.events)
        if ran.status != 0 and rule == 'status':
            wrong.append('status: %s' % ran.status)
        if b'forklore_trace' in ran.output('stderr'):
            wrong.append('frames: ours show')
        if not any(event['kind'] == 'op' and event['op'] == 'acquire' for event in ran.events):
            wrong.append('words: no acquire')
        if rule in ('stack', 'looks'):
            same = sorted(check.settled(check.plain(python, [
                os.path.join(check.PROGRAMS, name + '.py')] + args)[1]).splitlines())
            if sorted(check.settled(ran.output()).splitlines()) != same:
                wrong.append(rule + ': another output')
        hits = [words for words in wrong if words.startswith(rule)]
        print('%s %s in %s, %s: %d broken, %s' % (
            'seen  ' if hits else 'MISSED', file, case, rule, len(wrong), (hits or wrong or [''])[0][:90]))
        missed += not hits
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
