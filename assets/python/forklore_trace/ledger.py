"""The ledger: counters and names that all traced processes of a run share, beside the socket.

Owns a file of counters, mapped by everyone: one word an object, for `ver`; a lock of the file on that
word is the object's witness, which the kernel frees when its holder dies. And a file of names, by
which a process finds the identity of an object it did not inherit (spawn, forkserver). Nothing
of it is in the program's own objects or pickles. Without the files there is no `ver`, no more.
"""

import _thread
import os

_HIGH = 200
_DUPFD_CLOEXEC = 1030
_SLOTS = 1 << 20
_BATCH = 64

_words = None
_fd = -1
_lockf = None
_names_path = None
_names = {}
_read = 0
# Slots this process may give out. Taking one is a single step, whatever other threads do.
_free = []
_free_of = 0
# Threads of this process that hold a witness, by slot, and the locks that keep them apart.
_holders = {}
_turns = {}
_turns_of = 0


class _Filling(object):
    """Keeps threads apart that need more slots; a forked child begins with a free one."""

    def __init__(self):
        self._lock, self._of = _thread.allocate_lock(), os.getpid()

    def __enter__(self):
        if self._of != os.getpid():
            self.__init__()
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()


_filling = _Filling()


def open_beside(socket):
    """Opens the run's ledger; whoever comes first makes it."""
    global _words, _fd, _lockf, _names_path
    _names_path = socket + '.names'
    try:
        import fcntl
        import mmap
        low = os.open(socket + '.counters', os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _fd = low
        for least in (_HIGH, 64, 20):
            try:
                _fd = fcntl.fcntl(low, _DUPFD_CLOEXEC, least)
                os.close(low)
                break
            except OSError:
                pass
        os.ftruncate(_fd, _SLOTS * 8)
        _words = memoryview(_mapped(mmap)).cast('q')
        _lockf = fcntl.lockf
    except (OSError, ImportError, ValueError):
        _words = None


def _mapped(mmap):
    """The counters' memory. Before 3.13 a map keeps a descriptor, which must not be a low one: the
    program's first file has the number it always had."""
    try:
        return mmap.mmap(_fd, _SLOTS * 8, trackfd=False)
    except TypeError:
        pass
    low = []
    try:
        while not low or low[-1] < _HIGH:
            low.append(os.dup(_fd))
    except OSError:
        # The limit is lower: the map takes the highest number there is.
        if low:
            os.close(low.pop())
    try:
        while low and low[-1] > _HIGH - 2:
            os.close(low.pop())
        return mmap.mmap(_fd, _SLOTS * 8)
    except OSError:
        return mmap.mmap(-1, 0)
    finally:
        for descriptor in low:
            os.close(descriptor)


def new_slot():
    """A counter for a new object; 0 where there is none to be had."""
    global _free_of
    if _words is None:
        return 0
    pid = os.getpid()
    if _free_of != pid:
        # What a forked child finds here is its parent's.
        del _free[:]
        _free_of = pid
    try:
        return _free.pop()
    except IndexError:
        pass
    with _filling:
        if not _lock(0):
            return 0
        try:
            first = max(_words[0], 1)
            if first + _BATCH > _SLOTS:
                return 0
            _words[0] = first + _BATCH
        finally:
            _unlock(0)
    _free.extend(range(first + 1, first + _BATCH))
    return first


def count(slot):
    """The object's next number. Its own lock or its witness must be held."""
    if not slot or _words is None:
        return None
    number = _words[slot] + 1
    _words[slot] = number
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


def enter(slot):
    """Takes the object's witness; false where it is not to be had, and nothing may be numbered."""
    global _turns_of
    if not slot or _words is None:
        return False
    pid = os.getpid()
    if _turns_of != pid:
        # Threads of the parent hold nothing here.
        _turns.clear()
        _holders.clear()
        _turns_of = pid
    me = _thread.get_ident()
    if _holders.get(slot) == me:
        # A signal handler inside an operation on the same object.
        return False
    turn = _turns.get(slot)
    if turn is None:
        turn = _turns.setdefault(slot, _thread.allocate_lock())
    turn.acquire()
    _holders[slot] = me
    if _lock(slot):
        return True
    del _holders[slot]
    turn.release()
    return False


def leave(slot):
    """Gives the witness back."""
    _unlock(slot)
    _holders.pop(slot, None)
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
        names = os.open(_names_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
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
        with open(_names_path, 'rb') as names:
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
