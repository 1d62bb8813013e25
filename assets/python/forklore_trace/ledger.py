"""Counters and names that all traced processes of a run share, in two files beside the socket.

The file of counters has one word for each object (`ver`). Every process that counts something maps it.
A lock of the file on that word is the object's witness lock; the kernel releases it when its holder
dies. The file of names gives a process the identity of an object that it did not inherit (spawn,
forkserver). Nothing of this is in the program's objects or pickles. Without the files, operations have
no `ver`.
"""

import os
# By their names here: the program's own locks tell of themselves once `threads` has replaced these.
from _thread import RLock, allocate_lock

from . import cfunction, channel

_SLOTS = 1 << 18
_BATCH = 64
_SIZE = _SLOTS * 8

_path = None
_words = None
_fd = -1
_lockf = None
_names = {}
_read = 0
# Slots this process may give out. Taking one is a single step, whatever other threads do.
_free = []
# What keeps threads of this process apart that want the same witness.
_turns = {}
_filling = allocate_lock()


def open_beside(socket):
    """Names the run's ledger; whoever has the first object makes it."""
    global _path
    _path = socket


def _open():
    """Opens the counters; an empty memory where they are not to be had."""
    global _words, _fd, _lockf
    words = memoryview(bytearray(0)).cast('b')
    try:
        import fcntl
        if _path is not None:
            _fd = channel.move_high(os.open(
                _path + '.counters', os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            if os.fstat(_fd).st_size < _SIZE:
                # Reserved: a disk that fills up later must not take the program with it.
                os.posix_fallocate(_fd, 0, _SIZE)
            words = _mapped()
            _lockf = fcntl.lockf
    except (OSError, ImportError, ValueError):
        pass
    _words = words
    return words


def _mapped():
    """The counters' memory, which holds no descriptor and is there to the very end."""
    raw = cfunction.raw()
    if raw is not None:
        return raw.mapped(_fd, _SIZE).cast('q')
    import mmap
    return memoryview(mmap.mmap(_fd, _SIZE)).cast('q')


def forked():
    """In a forked child: what slots and threads the parent had is none of ours."""
    global _filling
    del _free[:]
    _turns.clear()
    _filling = allocate_lock()


def new_slot():
    """A counter for a new object; 0 where there is none to be had."""
    try:
        return _free.pop()
    except IndexError:
        pass
    words = _open() if _words is None else _words
    if not len(words):
        return 0
    with _filling:
        if not _lock(0):
            return 0
        try:
            first = max(words[0], 1)
            if first + _BATCH > _SLOTS:
                return 0
            words[0] = first + _BATCH
        finally:
            _unlock(0)
    _free.extend(range(first + 1, first + _BATCH))
    return first


def counts(slot):
    """Whether there is a counter to number by."""
    return 0 < slot < len(_open() if _words is None else _words)


def next_version(slot):
    """The object's next number. Its own lock or its witness must be held."""
    if not slot:
        return None
    words = _open() if _words is None else _words
    try:
        words[slot] = number = words[slot] + 1
    except IndexError:
        return None
    return number


def _lock(slot):
    try:
        _lockf(_fd, 2, 1, slot * 8)
        return True
    except OSError:
        return False


def _unlock(slot):
    try:
        _lockf(_fd, 8, 1, slot * 8)
    except OSError:
        pass


def acquire(slot):
    """Takes the object's witness; false where it is not to be had, and nothing may be numbered."""
    if not slot or not len(_open() if _words is None else _words):
        return False
    turn = _turns.get(slot)
    if turn is None:
        turn = _turns.setdefault(slot, RLock())
    elif turn._is_owned():
        # A signal handler inside an operation on the same object.
        return False
    turn.acquire()
    if _lock(slot):
        return True
    turn.release()
    return False


def release(slot):
    """Gives the witness back."""
    _unlock(slot)
    turn = _turns.get(slot)
    if turn is not None:
        try:
            turn.release()
        except RuntimeError:
            # Forked inside; the lock is a new one.
            pass


def remember(key, name, slot):
    """Writes down under which name an object is known that others may come to hold."""
    line = '{}\t{}\t{}\n'.format(key, name, slot).encode('utf-8', 'replace')
    try:
        names = os.open(_path + '.names', os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(names, line)
        finally:
            os.close(names)
    except OSError:
        pass


def recall(key):
    """The name and slot written down for a key, the latest; None where there is none."""
    global _read
    try:
        with open(_path + '.names', 'rb') as names:
            names.seek(_read)
            for line in names:
                if not line.endswith(b'\n'):
                    break
                _read += len(line)
                known, name, slot = line.decode('utf-8', 'replace').rstrip('\n').split('\t')
                _names[known] = (name, int(slot))
    except (OSError, ValueError):
        pass
    return _names.get(key)
