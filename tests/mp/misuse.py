"""What CPython says to misuse of multiprocessing: a label and a word each line.

Its twin is misuse.rs beside it; the test lays the two outputs beside each other.
Needs CPython 3.10 or newer (some words were others before).
"""
import multiprocessing as mp
import re
import sys
import time
import traceback


def say(label, call):
    try:
        said = repr(call())
    except Exception as error:
        # As the last line of a traceback has it.
        said = traceback.format_exception_only(error)[-1].strip()
    print(f"{label} -> {re.sub('0x[0-9a-f]+', '0x', said)}", flush=True)


def nothing(*_):
    pass


def long():
    time.sleep(60)


def fail(text):
    raise ValueError(text)


def held(item):
    go_on.wait()
    return item


def parent():
    say("a daemon starts a child", mp.Process(target=nothing).start)


def processes():
    p = mp.Process(target=long)
    say("join before start", p.join)
    say("exitcode before start", lambda: p.exitcode)
    say("alive before start", p.is_alive)
    say("close before start", mp.Process(target=nothing).close)
    p.start()
    say("start twice", p.start)
    say("close while running", p.close)
    say("join that is too short", lambda: p.join(0.01))
    say("exitcode while running", lambda: p.exitcode)
    p.kill()
    p.join()
    say("exitcode of a killed one", lambda: p.exitcode)
    say("kill a dead one", p.kill)
    say("start a dead one", p.start)
    p.close()
    for name in ["start", "join", "is_alive", "kill", "terminate"]:
        say(f"{name} after close", getattr(p, name))
    say("exitcode after close", lambda: p.exitcode)
    say("close after close", p.close)
    d = mp.Process(target=parent, daemon=True)
    d.start()
    d.join()


def locks():
    lock, rlock = mp.Lock(), mp.RLock()
    say("release a free Lock", lock.release)
    say("release a free RLock", rlock.release)
    lock.acquire()
    say("acquire a Lock again, at once", lambda: lock.acquire(False))
    say("acquire a Lock again, a while", lambda: lock.acquire(timeout=0.01))
    lock.release()
    say("release a Lock twice", lock.release)
    rlock.acquire()
    say("acquire an RLock again", lambda: rlock.acquire(False))
    rlock.release()
    rlock.release()
    say("release an RLock too often", rlock.release)
    bounded = mp.BoundedSemaphore(2)
    say("release a full BoundedSemaphore", bounded.release)
    plain = mp.Semaphore(0)
    say("acquire an empty Semaphore", lambda: plain.acquire(False))
    say("release a Semaphore", plain.release)
    say("acquire it", lambda: plain.acquire(False))
    condition = mp.Condition()
    say("wait without the lock", lambda: condition.wait(0.01))
    say("notify without the lock", condition.notify)
    condition.acquire()
    say("wait for nothing", lambda: condition.wait(0.01))
    event = mp.Event()
    say("wait for an event", lambda: event.wait(0.01))
    barrier = mp.Barrier(2)
    say("wait at a barrier alone", lambda: barrier.wait(0.01))
    say("wait at a broken barrier", barrier.wait)


def arrays():
    a = mp.Array("i", [1, 2, 3])
    say("read a cell that is not there", lambda: a[5])
    say("read before the first cell", lambda: a[-4])
    say("read the last cell", lambda: a[-1])
    say("write a cell that is not there", lambda: a.__setitem__(3, 1))
    say("read at a text", lambda: a["0"])
    say("read at a float", lambda: a[1.0])
    say("write a text", lambda: a.__setitem__(0, "x"))
    say("write a float", lambda: a.__setitem__(0, 1.5))
    say("write None", lambda: a.__setitem__(0, None))
    a[0] = 2**31
    say("too large for an int", lambda: a[0])
    a[0] = -(2**31) - 1
    say("too small for an int", lambda: a[0])
    f = mp.Array("d", [0.5])
    say("write a text to a double", lambda: f.__setitem__(0, "x"))
    f[0] = 3
    say("write an int to a double", lambda: f[0])
    c = mp.Array("c", 3)
    say("write two bytes to a char", lambda: c.__setitem__(0, b"xy"))
    say("write a text to a char", lambda: c.__setitem__(0, "x"))
    c[0] = 65
    say("write a number to a char", lambda: c[0])
    for code in ["x", "z", "n", "?", "P", "e"]:
        say(f"an array of {code}", lambda: mp.Array(code, 3))
    say("a length below 0", lambda: mp.Array("i", -1))
    say("a length that is a float", lambda: mp.Array("i", 1.5))
    say("an array of a text", lambda: mp.Array("c", "hello"))
    say("an array with a text in it", lambda: mp.Array("i", [1, "2"]))
    say("a lock that is none", lambda: mp.Array("i", 3, lock=5))
    for code in "bBuhHiIlLqQfd":
        v = mp.Value(code, "z" if code == "u" else 0)
        say(f"a value of {code}", lambda: v.value)
        for bits in [7, 8, 15, 16, 31, 32, 63, 64] if code not in "ufd" else []:
            v.value = 2**bits + 1
            say(f"2**{bits} + 1 as {code}", lambda: v.value)
    u = mp.Value("u", "a")
    say("write a number to a u", lambda: setattr(u, "value", 3))


def queues():
    q = mp.Queue(1)
    say("get from an empty queue", q.get_nowait)
    say("get from it a while", lambda: q.get(timeout=0.01))
    q.put(1)
    say("put into a full queue", lambda: q.put_nowait(2))
    say("put into it a while", lambda: q.put(2, timeout=0.01))
    say("join_thread before close", q.join_thread)
    say("get", q.get)
    q.close()
    say("put after close", lambda: q.put(3))
    say("get after close", q.get)
    say("close after close", q.close)
    say("join_thread after close", q.join_thread)
    j = mp.JoinableQueue()
    say("task_done without a task", j.task_done)
    a, b = mp.Pipe()
    a.close()
    say("send to a closed end", lambda: b.send(1))
    say("receive from a closed end", b.recv)
    say("send from a closed end", lambda: a.send(1))
    say("receive at a closed end", a.recv)
    r, w = mp.Pipe(False)
    say("send into a reader", lambda: r.send(1))
    say("receive from a writer", w.recv)


def pools():
    say("a pool of none", lambda: mp.Pool(0))
    say("a pool of less than none", lambda: mp.Pool(-1))
    say("workers that do no task", lambda: mp.Pool(1, maxtasksperchild=0))
    global go_on
    go_on = mp.Event()
    pool = mp.Pool(1)
    say("join a running pool", pool.join)
    result = pool.apply_async(held, (1,))
    say("successful before ready", result.successful)
    say("get that is too short", lambda: result.get(0.01))
    say("ready", result.ready)
    go_on.set()
    say("get", result.get)
    say("successful", result.successful)
    failed = pool.apply_async(fail, ("no",))
    say("get of what failed", failed.get)
    say("successful of what failed", failed.successful)
    say("map of what fails", lambda: pool.map(fail, ["a", "b"]))
    say("chunks of none", lambda: pool.imap(fail, ["a"], chunksize=0))
    pool.close()
    say("apply after close", lambda: pool.apply(nothing))
    say("apply_async after close", lambda: pool.apply_async(nothing))
    say("map after close", lambda: pool.map(nothing, [1]))
    say("imap after close", lambda: pool.imap(nothing, [1]))
    say("close after close", pool.close)
    say("join", pool.join)
    say("join after join", pool.join)
    say("terminate after join", pool.terminate)
    ended = mp.Pool(1)
    ended.terminate()
    say("apply after terminate", lambda: ended.apply(nothing))
    say("close after terminate", ended.close)
    say("join after terminate", ended.join)


def managers():
    m = mp.Manager()
    d, l, n = m.dict(), m.list([1, 2]), m.Namespace()
    say("a key that is not there", lambda: d["k"])
    say("delete a key that is not there", lambda: d.__delitem__("k"))
    say("pop a key that is not there", lambda: d.pop("k"))
    say("popitem of an empty dict", d.popitem)
    say("a list as key", lambda: d.__setitem__([1], 2))
    say("an index that is not there", lambda: l[5])
    say("assign to an index that is not there", lambda: l.__setitem__(5, 1))
    say("remove what is not there", lambda: l.remove(9))
    say("pop an index that is not there", lambda: l.pop(9))
    say("where is what is not there", lambda: l.index(9))
    say("an attribute that is not there", lambda: n.x)
    m.shutdown()
    say("get after shutdown", lambda: d["k"])
    say("a dict after shutdown", m.dict)


if __name__ == "__main__":
    if sys.version_info >= (3, 14):
        mp.set_start_method("fork")  # lambdas and what was made before are inherited
    for part in [processes, locks, arrays, queues, pools, managers]:
        part()
