"""What the program has printed and Python has not written yet: it lies in the buffers of `sys.stdout`.

Follows `sys.stdout.write` and tells each text that stays as a `print` that is `buffered`: at the end of a
line, or before anything else the process has to tell. So it is known what a forked child has a copy of.
The raw layer below (`stdio`) says what leaves the buffers. What comes into them past `write` is not seen
before it is written.
"""

import sys
import time

from . import cfunction, channel, place
from .channel import now, quote

# Texts told in a second for their own sake, and bytes after which one more is.
_RATE = 200
_LUMP = 1024
_clock = time.monotonic
# Begins a print that stays in the buffer as a step at the gate, where there is one (`gate`).
begins = None


class _Stream(object):
    """What `write` is bound to: by all looks the stream."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def __repr__(self):
        return repr(self._stream)


class Unwritten(object):
    """The bytes in the buffers of a stream; how many of them were told, and where the last were printed.

    `lines`: the stream writes at the end of each line.
    """

    def __init__(self, stream, lines):
        self._text, self._told, self.at = bytearray(), 0, ''
        self._left, self._refilled = _RATE, 0.0
        write = stream.write
        double = type('_io.TextIOWrapper', (_Stream,), {
            '__module__': '_io', '__qualname__': 'TextIOWrapper',
            '__call__': staticmethod(self._followed(write, lines, stream.encoding, stream.errors))})
        stream.write = cfunction.like(write, double(stream))

    def _followed(self, write, lines, encoding, errors,
                  live=channel, fields=place._fields, search=place._search, get_frame=sys._getframe):
        # All that is needed once the modules are emptied is bound here.
        def call(text):
            if not live.on:
                return write(text)
            try:
                frame = get_frame(1)
                known = fields.get((id(frame.f_code), frame.f_lasti))
                self.at = search(frame) if known is None else known[0]
                if not lines or text[-1:] != '\n':
                    # Before: what is written at once leaves the buffers meanwhile.
                    self._text += text.encode(encoding, errors)
            except Exception:
                # It is no text, or can't be encoded: the stream has its own words for that.
                return write(text)
            if begins is not None and not lines and (not text or text[-1] == '\n'):
                return self._step(write, text)
            count = write(text)
            if len(self._text) > self._told:
                live.untold = self.tell
                if not lines and (not text or text[-1] == '\n') and self._may_tell():
                    self.tell()
            return count

        def checked(*args, **kwargs):
            # Before 3.9 C does not count the arguments first.
            return call(*args) if len(args) == 1 and not kwargs else write(*args, **kwargs)
        return call if sys.version_info >= (3, 9) else checked

    def _step(self, write, text):
        """One print, at the gate."""
        channel.untold = None
        step = begins(self.at)
        count = write(text)
        step.done(more=self._news())
        return count

    def leaves(self, count):
        """So many bytes are being written."""
        del self._text[:count]
        self._told = max(0, self._told - count)
        if self._told == len(self._text):
            channel.untold = None

    def _may_tell(self):
        if self._left < 1:
            if len(self._text) - self._told >= _LUMP:
                return True
            at = _clock()
            self._left = min(_RATE, int((at - self._refilled) * _RATE))
            if self._left < 1:
                return False
            self._refilled = at
        self._left -= 1
        return True

    def tell(self):
        """The event of what was not told yet."""
        news = self._news()
        if news:
            channel.send('"kind":"op","op":"print"%s,"args":{%s},"t0":%d' % (self.at, news, now()))

    def _news(self):
        """The fields of what was not told yet, which is told then; empty where there is nothing."""
        channel.untold = None
        text = self._text[self._told:].decode('utf-8', 'replace')
        self._told = len(self._text)
        return '"key":"buffered","value":' + quote(text) if text else ''
