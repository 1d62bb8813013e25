"""Runs programs with and without tracing and compares: `check.py PYTHON… [-k WORD] [--long]`.

Owns the list of programs and what each must say. A traced run ends with the same status and, where
the program is deterministic, the same output; its log keeps the rules of `rules.py` and has the
words it must have. The lessons' programs are run too, and counted by kind against native logs where
`--native FOLDER` has them.
"""

import argparse
import collections
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import collector
import gone
import rules

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, 'programs')
LESSONS = os.path.normpath(os.path.join(HERE, '..', '..', 'lessons'))
METHODS = ('fork', 'spawn', 'forkserver')

# Name, arguments, words the log must have, in which way the output is the same ('', 'lines').
CASES = []
for method in METHODS:
    CASES += [
        ('locks', [method, 'Lock', '40'], 'acquire release get set start join', ''),
        ('locks', [method, 'RLock', '40'], 'acquire release get set', ''),
        ('locks', [method, 'Semaphore', '40'], 'acquire release get set', 'status'),
        ('queues', [method, 'Queue', '30'], 'put queue.get', ''),
        ('queues', [method, 'JoinableQueue', '30'], 'put queue.get task_done queue.join', ''),
        ('queues', [method, 'SimpleQueue', '30'], 'put queue.get', ''),
        ('arrays', [method, '30'], 'get set get_slice set_slice create name', 'status'),
        ('pools', [method], 'create submit task.start task.end result.get result.wait ready successful '
                            'close join terminate', ''),
        ('meetings', [method], 'event.set event.is_set wait notify_all acquire release abort', ''),
        ('pipes', [method], 'send recv poll close', ''),
        ('managers', [method], 'dict.set dict.get dict.pop dict.update list.append list.sort '
                               'namespace.get namespace.set shutdown', ''),
        ('remotes', [method], 'put queue.get task_done queue.join wait notify abort reset', ''),
        ('threads', [method], 'acquire release put queue.get', ''),
        ('others', [method], 'submit task.start task.end result.ready result.get result.wait acquire release put', ''),
        ('processes', [method], 'start join terminate', ''),
        ('frames', [method], 'task.start task.end result.ready', 'lines'),
        ('errors', ['child', method], 'start join', 'lines'),
        ('errors', ['refused', method], 'start join put', 'lines'),
        ('errors', ['pool', method], 'submit task.end result.get', 'lines'),
    ]
for what in ('main', 'uncaught', 'thread', 'feeder', 'exit'):
    CASES.append(('errors', [what, 'fork'], '', 'last' if what == 'main' else 'lines'))
CASES += [('errors', ['sleeps', 'fork'], 'sleep submit send', ''),
          ('unguarded', ['spawn'], 'start join', 'lines'), ('unguarded', ['fork'], 'start', 'lines'),
          ('system', [], 'os.fork os.wait os.waitpid os._exit read write close communicate wait terminate signal alarm '
                         'setitimer set_wakeup_fd', ''),
          ('insides', [], 'thread.start thread.end thread.join acquire release wait notify event.set put queue.get '
                          'task_done queue.join', 'lines'),
          ('blocks', [], 'create attach close unlink', ''),
          ('untraced', [], 'put send submit wait', 'foreign'), ('executor', [], 'submit task.start task.end result.ready result.get result.wait '
                           'cancel shutdown', ''),
          ('descriptors', [], 'create', ''), ('cfunctions', [], 'sleep acquire release', ''),
          ('interrupts', ['100'], 'acquire get set put recv', 'foreign')]
CASES += [('stdio', [], '', 'lines'), ('closing', [], 'acquire release', '')]
LONG = [('locks', [method, kind, '2500'], 'acquire release', 'status' if kind == 'Semaphore' else '')
        for method in ('fork', 'spawn') for kind in ('Lock', 'RLock', 'Semaphore')]


def plain(python, argv):
    """Status, stdout and stderr of a run that nobody traces."""
    env = dict(os.environ)
    for name in ('PYTHONUNBUFFERED', 'FORKLORE_TRACE', 'PYTHONPATH', 'PYTHONDONTWRITEBYTECODE'):
        env.pop(name, None)
    ended = subprocess.run([python] + argv, env=env, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    return ended.returncode, ended.stdout, ended.stderr


def settled(data):
    """Output without what differs from run to run: addresses and PIDs."""
    data = re.sub(rb'0x[0-9a-f]+', b'0x', data)
    return re.sub(rb'pid=\d+|mp-\w+', b'', data)


def compare(python, argv, same, mode):
    """Runs a program both ways; its traced run and what is wrong with it."""
    ran = collector.run([python] + argv, mode=mode, timeout=120)
    status, out, err = plain(python, argv)
    wrong = []
    if ran.status != status:
        wrong.append('status %r, plain %r; stderr: %s' % (
            ran.status, status, ran.output('stderr').decode('utf-8', 'replace')[-1500:]))
    if same == 'last':
        # CPython's own line of the refusal is not in the traceback where we refuse in its place.
        if err.splitlines()[-1:] != ran.output('stderr').splitlines()[-1:]:
            wrong.append('last line of stderr: %r' % ran.output('stderr'))
    elif same != 'status':
        for name, expected in (('stdout', out), ('stderr', err)):
            got, expected = settled(ran.output(name)).splitlines(), settled(expected).splitlines()
            if same == 'lines':
                got, expected = sorted(got), sorted(expected)
            if got != expected:
                for one, other in itertools.zip_longest(got, expected):
                    if one != other:
                        wrong.append('%s differs:\n%r\nplain:\n%r' % (name, one, other))
                        break
    if b'forklore_trace' in ran.output('stderr') + ran.output('stdout'):
        wrong.append('our frames show: %r' % ran.output('stderr'))
    return ran, wrong


def check(python, name, args, words, same, mode):
    """One program; what is wrong."""
    argv = [os.path.join(PROGRAMS, name + '.py')] + args
    ran, wrong = compare(python, argv, same, mode)
    off = [event for event in ran.events if event.get('fault') == 'tracing_off']
    events = [event for event in ran.events if event not in off]
    wrong += ['tracing went off: ' + event['detail'] for event in off]
    # What children that are not traced take and give is not in the log, nor all that was interrupted: its
    # order can't be checked.
    wrong += [words for words in rules.broken(events)
              if same != 'foreign' or words.startswith('form')][:8]
    there = {event.get('op') for event in events}
    if ran.output() == b'absent\n':
        # This Python has no such module.
        words = ''
    missing = [word for word in words.split() if word not in there]
    if missing:
        wrong.append('no ' + ' '.join(missing))
    return ran, wrong


def chained(python):
    """A sitecustomize of the user's own is imported too, its errors shown as ever."""
    wrong = []
    for text in ('print("mine")', 'raise ValueError("broken")', 'import no_such_module',
                 'import sys\nsys.path.append("/nowhere")'):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, 'sitecustomize.py'), 'w') as file:
                file.write(text)
            argv = ['-c', 'import sys; print("/nowhere" in sys.path, "sitecustomize" in sys.modules)']
            env = dict(os.environ, PYTHONPATH=folder, PYTHONDONTWRITEBYTECODE='1')
            env.pop('PYTHONUNBUFFERED', None)
            ran = collector.run([python] + argv, env=env)
            ended = subprocess.run([python] + argv, env=env, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        for name, got, expected in (('stdout', ran.output(), ended.stdout),
                                    ('stderr', ran.output('stderr'), ended.stderr)):
            if sorted(got.splitlines()) != sorted(expected.splitlines()):
                wrong.append('%s: %s: %r, plain %r' % (text, name, got, expected))
    return ran, wrong


def alone(python):
    """Without a supervisor, or with one that went away, the program runs as if nothing were."""
    program = os.path.join(PROGRAMS, 'errors.py')
    wrong = []
    for path in ('', '/nowhere/socket'):
        env = dict(os.environ, PYTHONPATH=collector.PACKAGE, FORKLORE_TRACE=path)
        env.pop('PYTHONUNBUFFERED', None)
        ended = subprocess.run([python, program, 'child', 'spawn'], env=env,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if ended.stdout != plain(python, [program, 'child', 'spawn'])[1]:
            wrong.append('%r: %r' % (path, ended.stdout))
    return collector.Run(), wrong


def left(python):
    """A supervisor that dies in the middle is missed by nobody."""
    status, output = gone.run(python)
    wrong = [] if (status, output) == (0, gone.EXPECTED) else ['%r %r' % (status, output)]
    return collector.Run(), wrong


def interrupted(python, waits='lock.acquire()\n'):
    """Ctrl-C while a lock is waited for: status and traceback as ever."""
    program = ('import os, signal, threading, multiprocessing as mp\n'
               'lock = mp.Lock()\n'
               'lock.acquire()\n'
               'threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n') + waits
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'program.py')
        with open(path, 'w') as file:
            file.write(program)
        ran, wrong = compare(python, [path], 'lines', 'tty')
    if not any('KeyboardInterrupt' in event.get('error', '') for event in ran.events):
        wrong.append('no event of the interrupt')
    return ran, wrong


def interrupted_within(python):
    """The same where CPython's own frame is one of the traceback's."""
    return interrupted(python, 'with lock:\n    pass\n')


def limited(python):
    """Under a limit of descriptors the program's first file has the number it always had, and what it
    starts finds none of ours."""
    program = ('import os, subprocess, sys\n'
               'print(os.open("/dev/null", os.O_RDONLY), flush=True)\n'
               'look = "import os; print([number for number in range(100) if os.path.exists("\\\n'
               '       "\'/proc/self/fd/%d\' % number)])"\n'
               'sys.stdout.write(subprocess.run([sys.executable, "-c", look],\n'
               '                 stdout=subprocess.PIPE).stdout.decode())\n')
    wrong = []
    for limit in ('-n 12', '-n 16', '-S -n 64'):
        argv = ['-c', 'ulimit %s; exec "$0" -c "$1"' % limit, python, program]
        ran = collector.run(['/bin/sh'] + argv)
        _, out, err = plain('/bin/sh', argv)
        if ran.output() != out:
            wrong.append('%s: %r, plain %r %r' % (limit, ran.output(), out, ran.output('stderr') + err))
    return ran, wrong


def unbuffered(python):
    """`-u`: every write goes out at once, in both modes."""
    program = 'import sys; sys.stdout.write("a"); sys.stdout.write("b"); print("c")'
    wrong = []
    for mode in ('tty', 'pipe'):
        ran = collector.run([python, '-u', '-c', program], mode=mode)
        parts = [event['data'] for event in ran.events if event['kind'] == 'output']
        # 3.6 leaves the text layer line-buffered.
        if parts[:3] != ['a', 'b', 'c'] and parts != ['abc\n']:
            wrong.append('%s: %r' % (mode, parts))
    ran = collector.run([python, '-c', program + '; print("d")'], mode='pipe')
    parts = [event['data'] for event in ran.events if event['kind'] == 'output']
    if parts != ['abc\nd\n']:
        wrong.append('into a pipe: %r' % parts)
    return ran, wrong


def kinds(events):
    """How many events of each kind a log has, rows of ps and timing left out."""
    counts = collections.Counter()
    for event in events:
        if event['kind'] in ('op', 'output'):
            counts[event.get('op') or event['kind']] += 1
        elif event['kind'] == 'process.start':
            counts['start of ' + event['role']] += 1
    return counts


def lesson(python, slug, method, native):
    """A lesson's own program, its sleeps made short; what is wrong, and the counts of its kinds."""
    with open(os.path.join(LESSONS, slug, 'program.py'), encoding='utf-8') as file:
        text = file.read().replace('SLEEP = 1\n', 'SLEEP = 0.02\n')
    if method != 'fork' and slug in ('05-queue', '06-lock'):
        # Without a join their children do not find the semaphores any more.
        text = text.replace('JOIN = False', 'JOIN = True ')
    # One line more, so that all others keep their order.
    text = ('import multiprocessing; __name__ == "__main__" and multiprocessing.set_start_method(%r)\n'
            % method) + text
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'program.py')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        ran, wrong = compare(python, [path], 'status', 'tty')
        _, out, _ = plain(python, [path])
    if slug in ('01-create-process', '07-pool-async', '08-pool-blocking'):
        if sorted(ran.output().splitlines()) != sorted(out.splitlines()):
            wrong.append('lines differ')
    wrong += rules.broken(ran.events)[:8]
    counts = kinds(ran.events)
    path = native and os.path.join(native, slug[3:] + '.jsonl')
    if path and os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            expected = kinds([json.loads(line) for line in file][1:])
        for kind in sorted(set(counts) | set(expected)):
            if counts[kind] != expected[kind]:
                print('    %s %s: %s: %d, native %d' % (
                    slug, method, kind, counts[kind], expected[kind]))
    return ran, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('pythons', nargs='+')
    parser.add_argument('-k', default='')
    parser.add_argument('--long', action='store_true')
    parser.add_argument('--native')
    parser.add_argument('--mode', default='tty', choices=('tty', 'pipe'))
    options = parser.parse_args()
    failed = total = 0
    for python in options.pythons:
        jobs = []
        for name, args, words, same in CASES + (LONG if options.long else []):
            jobs.append((' '.join([name] + args), lambda name=name, args=args, words=words, same=same:
                         check(python, name, args, words, same, options.mode)))
        for job in (chained, alone, left, interrupted, interrupted_within,
                    limited, unbuffered):
            jobs.append((job.__name__, lambda job=job: job(python)))
        for slug in sorted(os.listdir(LESSONS)):
            for method in METHODS:
                jobs.append(('%s %s' % (slug, method), lambda slug=slug, method=method:
                             lesson(python, slug, method, options.native)))
        for title, job in jobs:
            if options.k not in title:
                continue
            total += 1
            begun = time.monotonic()
            ran, wrong = job()
            seconds = time.monotonic() - begun
            if wrong:
                failed += 1
                print('RED   %s %s (%.1f s, %d events)' % (
                    python, title, seconds, len(ran.events)))
                for words in wrong:
                    print('    ' + words)
            elif options.k or options.long:
                print('green %s %s (%.1f s, %d events)' % (
                    python, title, seconds, len(ran.events)))
            sys.stdout.flush()
    print('%d of %d red' % (failed, total))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
