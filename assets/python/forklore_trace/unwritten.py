"""What the program has printed and Python has not written yet: it lies in the buffers of `sys.stdout`.

Follows `sys.stdout.write` and tells each text that stays as a `print` that is `buffered`: at the end of a
line, or before anything else the process has to tell. So it is known what a forked child has a copy of.
The raw layer below (`stdio`) says what leaves the buffers. What comes into them past `write` is not seen
before it is written.
"""

import sys
import time

from . import cfunction, channel
from .channel import now, quote
from .place import at_of

# Texts told in a second for their own sake, and bytes after which one more is.
_RATE = 200
_LUMP = 1024
_clock = time.monotonic


class _Stream(object):
    """What `write` is bound to: by all looks the stream."""

    def __init__(self, stream, call):
        self._stream, self._call = stream, call

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def __repr__(self):
        return repr(self._stream)

    def __call__(self, *args, **kwargs):
        return self._call(*args, **kwargs)


_Stream.__module__, _Stream.__name__, _Stream.__qualname__ = '_io', '_io.TextIOWrapper', 'TextIOWrapper'


class Unwritten(object):
    """The bytes in the buffers of a stream; how many of them were told, and where the last were printed."""

    def __init__(self, stream):
        self._text, self._told, self._at = bytearray(), 0, ''
        self._left, self._refilled = _RATE, 0.0
        self._encoded = stream.encoding, stream.errors
        write = stream.write
        stream.write = cfunction.like(write, _Stream(stream, self._followed(write)))

    def _followed(self, write, live=channel, place=at_of, get_frame=sys._getframe):
        def call(*args, **kwargs):
            if not live.on or kwargs or len(args) != 1 or type(args[0]) is not str:
                return write(*args, **kwargs)
            text = args[0]
            try:
                # Before: what is written at once leaves the buffers meanwhile.
                self._text += text.encode(*self._encoded)
                self._at = place(get_frame(1))
            except Exception:
                # It can't be encoded, or modules are empty at the very end.
                pass
            count = write(text)
            if len(self._text) > self._told:
                live.untold = self.tell
                if (not text or text[-1] == '\n') and self._may_tell():
                    self.tell()
            return count
        return call

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
        channel.untold = None
        text = self._text[self._told:].decode('utf-8', 'replace')
        self._told = len(self._text)
        if text:
            channel.send('"kind":"op","op":"print"%s,"args":{"key":"buffered","value":%s},"t0":%d' % (
                self._at, quote(text), now()))
