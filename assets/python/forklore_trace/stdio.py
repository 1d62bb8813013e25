"""Standard output and error: what Python prints becomes `output` events.

Replaces the raw layer below `sys.stdout` and `sys.stderr`. All above it is CPython's own, buffered as on
a terminal or into a pipe, as the supervisor asks. The descriptors stay as they are: what is written to
them past Python is attributed by the kernel. If the program points a descriptor elsewhere, its output
goes there and nowhere else.
"""

import io
import os
import stat
import sys
from binascii import b2a_base64

from . import channel, ledger, place
from .unwritten import Unwritten

_MOST = 64 << 10
_BLOCK = 8192


class _Raw(io.FileIO):
    """Descriptor 1 or 2: writes become events as long as it is the descriptor it was."""

    def settle(self, stream, pointed):
        self._stream = stream
        self._pointed = pointed
        # Bound here: modules are emptied before the last flush.
        self._tell, self._stat, self._plain = _tell, os.fstat, io.FileIO.write
        self._place, self._frame = place.at_of, sys._getframe
        return self

    # What a look into the buffers found there: it goes out before anything else.
    _held = b''
    _looks = None
    # What is in the buffers above, where that is told.
    unwritten = None

    def write(self, data):
        if self._looks is not None:
            self._looks.append(bytes(data))
            return len(data)
        if self._held:
            held, self._held = self._held, b''
            self.write(held)
        try:
            if self.unwritten is not None:
                self.unwritten.leaves(len(data))
            now = self._stat(self.fileno())
            if (now.st_dev, now.st_ino) == self._pointed:
                data = memoryview(data).cast('B')
                at = ''
                if _lines:
                    at = self._place(self._frame(1)) if self.unwritten is None else self.unwritten.at
                told = self._tell(self._stream, data, at)
                if told or not len(data):
                    return told
        except Exception:
            # Also at the very end, when modules are empty: the descriptor is still there.
            pass
        return self._plain(self, data)


_Raw.__module__, _Raw.__qualname__, _Raw.__name__ = '_io', 'FileIO', '_io.FileIO'


def _tell(stream, data, at, most=_MOST):
    """Sends the bytes; how many went out."""
    if not channel.on:
        return 0
    head = '"kind":"output"%s,"stream":"%s",' % (at, stream)
    if len(data) <= most and channel.send(head + _field(bytes(data))):
        return len(data)
    done = 0
    while done < len(data):
        part = bytes(data[done:done + most])
        if done + len(part) < len(data):
            part = part[:_whole(part)]
        if not channel.send(head + _field(part)):
            if channel.on and most > 1024:
                return done + _tell(stream, data[done:], at, most // 4)
            break
        done += len(part)
    return done


_lines = True


def _whole(part):
    """Length of the bytes without a character that is cut off at their end."""
    for back in range(1, 4):
        if back > len(part):
            break
        byte = part[-back]
        if byte & 0xC0 == 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(part) - back if needed > back else len(part)
        if byte & 0x80 == 0:
            break
    return len(part)


def _field(part):
    try:
        return '"data":' + channel.quote(part.decode('utf-8'))
    except UnicodeDecodeError:
        return '"data_b64":"%s"' % b2a_base64(part).decode('ascii').strip()


def take_over(told, is_root):
    """Puts our layer below both streams, where they lead to the supervisor and nowhere else.

    What descriptors 1 and 2 of the first process are is written down for all others: a child whose
    stdout is the program's own pipe or file is left alone. `told` may say it instead: `out`, `err`.
    """
    global _lines
    mode = told.get('stdout')
    if mode not in ('tty', 'pipe'):
        return
    _lines = mode == 'tty'
    known = {}
    for name, descriptor, field in (('stdout', 1, 'out'), ('stderr', 2, 'err')):
        if field in told:
            known[told[field]] = name
        elif is_root:
            pointed = _pointed(descriptor)
            if pointed is not None:
                ledger.remember(field, pointed, 0)
                known.setdefault(pointed, name)
        else:
            entry = ledger.recall(field)
            if entry is not None:
                known.setdefault(entry[0], name)
    for name, descriptor in (('stdout', 1), ('stderr', 2)):
        old = getattr(sys, name, None)
        stream = known.get(_pointed(descriptor))
        if stream is not None and isinstance(old, io.TextIOWrapper):
            new = _stream(old, name, descriptor, mode, stream)
            setattr(sys, name, new)
            setattr(sys, '__%s__' % name, new)


def unflushed():
    """What the program has printed to stdout and nobody has seen yet. It stays where it is."""
    stream = sys.stdout
    buffer = getattr(stream, 'buffer', None)
    raw = getattr(buffer, 'raw', None)
    if type(raw) is not _Raw:
        return b''
    raw._looks = looks = []
    try:
        stream.flush()
    except Exception:
        # In use by a signal's victim: it can't be looked into now.
        pass
    finally:
        raw._looks = None
    text = b''.join(looks)
    # Back into the buffer, what has no room there below it.
    raw._held += text[:-_BLOCK]
    buffer.write(text[-_BLOCK:])
    return raw._held + text[-_BLOCK:]


def _pointed(descriptor):
    """What a descriptor leads to, if that is a socket."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return '%d:%d' % (found.st_dev, found.st_ino) if stat.S_ISSOCK(found.st_mode) else None


def _stream(old, name, descriptor, mode, stream):
    try:
        if old.fileno() != descriptor:
            return old
        found = os.fstat(descriptor)
    except (OSError, ValueError):
        return old
    unbuffered = isinstance(old.buffer, io.RawIOBase)
    raw = _Raw(descriptor, 'wb', closefd=False).settle(stream, (found.st_dev, found.st_ino))
    raw.name = '<%s>' % name
    settings = {'line_buffering': mode == 'tty' or old.line_buffering}
    if getattr(old, 'write_through', False):
        settings['write_through'] = True
    buffer = raw if unbuffered else io.BufferedWriter(raw, _BLOCK)
    new = io.TextIOWrapper(buffer, old.encoding, old.errors, '\n', **settings)
    new.mode = 'w'
    if name == 'stdout' and not unbuffered and not settings.get('write_through'):
        raw.unwritten = Unwritten(new, settings['line_buffering'])
    return new
