//! Misuse of everything, and the errors it gets: CPython's own texts, compared with those that misuse.py
//! prints under the available python3.
#![expect(clippy::unit_arg, reason = "Python's None is Rust's unit")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "a result is said and forgotten"
)]
#![expect(clippy::print_stderr, reason = "a test says what it leaves out")]

use std::fmt::Display;
use std::process::Command;

use forklore::mp::{
    self, Array, Barrier, BoundedSemaphore, Condition, Event, Exception, JoinableQueue, Lock,
    Manager, Object, Pool, Process, Queue, RLock, Semaphore, Value, print,
};

use crate::harness::{Case, Finished};

/// Prints a label and the outcome of the call, as `say` in misuse.py does.
fn say<T: Said>(label: &str, result: T) {
    let said = result.said();
    let mut plain = String::new();
    let mut rest = said.as_str();
    // Addresses differ from run to run.
    while let Some((before, after)) = rest.split_once("0x") {
        plain.push_str(before);
        plain.push_str("0x");
        rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    plain.push_str(rest);
    print!("{label} -> {plain}");
}

/// What Python would show of a result.
trait Said {
    fn said(&self) -> String;
}

impl Said for () {
    fn said(&self) -> String {
        "None".to_owned()
    }
}

impl Said for bool {
    fn said(&self) -> String {
        if *self { "True" } else { "False" }.to_owned()
    }
}

impl Said for i64 {
    fn said(&self) -> String {
        self.to_string()
    }
}

impl Said for u32 {
    fn said(&self) -> String {
        self.to_string()
    }
}

impl Said for Object {
    fn said(&self) -> String {
        forklore::object::repr(self)
    }
}

impl Said for Option<i32> {
    fn said(&self) -> String {
        self.map_or_else(|| "None".to_owned(), |code| code.to_string())
    }
}

impl<T: Said> Said for mp::Result<T> {
    fn said(&self) -> String {
        match self {
            Ok(value) => value.said(),
            Err(error) => error.to_string(),
        }
    }
}

/// A result of which only the error counts.
fn only<T>(result: mp::Result<T>) -> mp::Result<()> {
    result.map(drop)
}

fn processes() -> mp::Result<()> {
    let p = Process::new(|| mp::sleep(60.0), ());
    say("join before start", p.join());
    say("exitcode before start", p.exitcode());
    say("alive before start", p.is_alive());
    say("close before start", Process::new(|| (), ()).close());
    p.start()?;
    say("start twice", p.start());
    say("close while running", p.close());
    say("join that is too short", p.join_timeout(0.01));
    say("exitcode while running", p.exitcode());
    p.kill()?;
    p.join()?;
    say("exitcode of a killed one", p.exitcode());
    say("kill a dead one", p.kill());
    say("start a dead one", p.start());
    p.close()?;
    say("start after close", p.start());
    say("join after close", p.join());
    say("is_alive after close", p.is_alive());
    say("kill after close", p.kill());
    say("terminate after close", p.terminate());
    say("exitcode after close", p.exitcode());
    say("close after close", p.close());
    let d = Process::new(
        || say("a daemon starts a child", Process::new(|| (), ()).start()),
        (),
    )
    .with_daemon(true);
    d.start()?;
    d.join()
}

fn locks() -> mp::Result<()> {
    let (lock, rlock) = (Lock::new()?, RLock::new()?);
    say("release a free Lock", lock.release());
    say("release a free RLock", rlock.release());
    lock.acquire();
    say("acquire a Lock again, at once", lock.try_acquire());
    say("acquire a Lock again, a while", lock.acquire_timeout(0.01));
    lock.release()?;
    say("release a Lock twice", lock.release());
    rlock.acquire();
    say("acquire an RLock again", rlock.try_acquire());
    rlock.release()?;
    rlock.release()?;
    say("release an RLock too often", rlock.release());
    let bounded = BoundedSemaphore::new(2)?;
    say("release a full BoundedSemaphore", bounded.release());
    let plain = Semaphore::new(0)?;
    say("acquire an empty Semaphore", plain.try_acquire());
    say("release a Semaphore", plain.release());
    say("acquire it", plain.try_acquire());
    let condition = Condition::new()?;
    say("wait without the lock", condition.wait_timeout(0.01));
    say("notify without the lock", condition.notify(1));
    condition.acquire();
    say("wait for nothing", condition.wait_timeout(0.01));
    say("wait for an event", Event::new()?.wait_timeout(0.01));
    let barrier = Barrier::new(2)?;
    say("wait at a barrier alone", barrier.wait_timeout(0.01));
    say("wait at a broken barrier", barrier.wait());
    Ok(())
}

fn arrays() -> mp::Result<()> {
    let a = Array::new('i', [1, 2, 3])?;
    say("read a cell that is not there", a.get(5));
    say("read before the first cell", a.get(-4));
    say("read the last cell", a.get(-1));
    say("write a cell that is not there", a.set(3, 1));
    say("read at a text", a.get("0"));
    say("read at a float", a.get(1.0));
    say("write a text", a.set(0, "x"));
    say("write a float", a.set(0, 1.5));
    say("write None", a.set(0, ()));
    a.set(0, 1_i64 << 31)?;
    say("too large for an int", a.get(0));
    a.set(0, -(1_i64 << 31) - 1)?;
    say("too small for an int", a.get(0));
    let f = Array::new('d', [0.5])?;
    say("write a text to a double", f.set(0, "x"));
    f.set(0, 3)?;
    say("write an int to a double", f.get(0));
    let c = Array::zeroed('c', 3)?;
    say("write two bytes to a char", c.set(0, b"xy"));
    say("write a text to a char", c.set(0, "x"));
    c.set(0, 65)?;
    say("write a number to a char", c.get(0));
    for code in ['x', 'z', 'n', '?', 'P', 'e'] {
        say(&format!("an array of {code}"), only(Array::zeroed(code, 3)));
    }
    say("a length below 0", only(Array::zeroed('i', -1)));
    say("a length that is a float", only(Array::new('i', 1.5)));
    say("an array of a text", only(Array::new('c', "hello")));
    let mixed = vec![Object::from(1), Object::from("2")];
    say("an array with a text in it", only(Array::new('i', mixed)));
    let five = Array::with_lock('i', vec![0, 0, 0], Object::from(5));
    say("a lock that is none", only(five));
    values()
}

fn values() -> mp::Result<()> {
    for code in "bBuhHiIlLqQfd".chars() {
        let v = if code == 'u' {
            Value::new(code, "z")?
        } else {
            Value::new(code, 0)?
        };
        say(&format!("a value of {code}"), v.get());
        if "ufd".contains(code) {
            continue;
        }
        for bits in [7, 8, 15, 16, 31, 32, 63, 64] {
            v.set(Object::Int((1 << bits) + 1))?;
            say(&format!("2**{bits} + 1 as {code}"), v.get());
        }
    }
    say("write a number to a u", Value::new('u', "a")?.set(3));
    Ok(())
}

fn queues() -> mp::Result<()> {
    let q: Queue<i64> = Queue::with_maxsize(1)?;
    say("get from an empty queue", q.try_get());
    say("get from it a while", q.get_timeout(0.01));
    q.put(1)?;
    say("put into a full queue", q.try_put(2));
    say("put into it a while", q.put_timeout(2, 0.01));
    say("join_thread before close", q.join_thread());
    say("get", q.get());
    q.close();
    say("put after close", q.put(3));
    say("get after close", q.get());
    say("close after close", q.close());
    say("join_thread after close", q.join_thread());
    let j: JoinableQueue<i64> = JoinableQueue::new()?;
    say("task_done without a task", j.task_done());
    pipes()
}

fn pipes() -> mp::Result<()> {
    let (a, b) = mp::pipe::<i64, i64>(true)?;
    a.close();
    say("send to a closed end", b.send(1));
    say("receive from a closed end", b.recv());
    say("send from a closed end", a.send(1));
    say("receive at a closed end", a.recv());
    let (r, w) = mp::pipe::<i64, i64>(false)?;
    say("send into a reader", r.send(1));
    say("receive from a writer", w.recv());
    Ok(())
}

fn fail(text: String) -> mp::Result<()> {
    Err(Exception::new("ValueError", text))
}

fn pools() -> mp::Result<()> {
    say("a pool of none", only(Pool::new(0)));
    say("a pool of less than none", only(Pool::new(-1)));
    let taskless = Pool::options().processes(1).maxtasksperchild(0).start();
    say("workers that do no task", only(taskless));
    let go_on = Event::new()?;
    let waited = go_on.clone();
    HELD.with(|held| *held.borrow_mut() = Some(waited));
    let pool = Pool::new(1)?;
    say("join a running pool", pool.join());
    let result = pool.apply_async(held, (1,))?;
    say("successful before ready", result.successful());
    say("get that is too short", result.get_timeout(0.01));
    say("ready", result.ready());
    go_on.set();
    say("get", result.get());
    say("successful", result.successful());
    let failed = pool.apply_async(fail, ("no".to_owned(),))?;
    say("get of what failed", failed.get());
    say("successful of what failed", failed.successful());
    let both = pool.map(fail, ["a".to_owned(), "b".to_owned()]);
    say("map of what fails", only(both));
    let chunkless = pool.imap(fail, ["a".to_owned()], 0);
    say("chunks of none", only(chunkless));
    pool.close();
    say("apply after close", pool.apply(|| (), ()));
    say("apply_async after close", only(pool.apply_async(|| (), ())));
    say("map after close", only(pool.map(|_: i64| (), [1])));
    say("imap after close", only(pool.imap(|_: i64| (), [1], 1)));
    say("close after close", pool.close());
    say("join", pool.join());
    say("join after join", pool.join());
    say("terminate after join", pool.terminate());
    let ended = Pool::new(1)?;
    ended.terminate();
    say("apply after terminate", ended.apply(|| (), ()));
    say("close after terminate", ended.close());
    say("join after terminate", ended.join());
    Ok(())
}

thread_local! {
    /// What `held` waits for; its worker has inherited it.
    static HELD: std::cell::RefCell<Option<Event>> = const { std::cell::RefCell::new(None) };
}

fn held(item: i64) -> i64 {
    HELD.with(|held| held.borrow().as_ref().map(Event::wait));
    item
}

fn managers() -> mp::Result<()> {
    let m = Manager::new()?;
    let (d, l, n) = (m.dict()?, m.list_from(vec![1, 2])?, m.namespace()?);
    say("a key that is not there", d.get("k"));
    say("delete a key that is not there", d.del("k"));
    say("pop a key that is not there", d.pop("k"));
    say("popitem of an empty dict", only(d.popitem()));
    say("a list as key", d.set(vec![1], 2));
    say("an index that is not there", l.get(5));
    say("assign to an index that is not there", l.set(5, 1));
    say("remove what is not there", l.remove(9));
    say("pop an index that is not there", l.pop_at(9));
    say("where is what is not there", only(l.index(9)));
    say("an attribute that is not there", n.get("x"));
    m.shutdown();
    say("get after shutdown", d.get("k"));
    say("a dict after shutdown", only(m.dict()));
    Ok(())
}

fn misuse() -> mp::Result<()> {
    processes()?;
    locks()?;
    arrays()?;
    queues()?;
    pools()?;
    managers()
}

/// The lines of misuse.py; `None`, with a message, if no python3 is new enough.
fn cpythons() -> Option<String> {
    let python = std::env::var("FORKLORE_TEST_PYTHON").unwrap_or("python3".to_owned());
    let skip = |why: &dyn Display| {
        eprintln!("misuse is not laid beside CPython's words: {why}");
        None
    };
    let newer = "import sys; sys.exit(sys.version_info < (3, 10))";
    match Command::new(&python).args(["-c", newer]).status() {
        Ok(status) if status.success() => {}
        Ok(_) => return skip(&"python3 is older than 3.10"),
        Err(error) => return skip(&error),
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mp/misuse.py");
    let run = Command::new(python)
        .args(["-W", "ignore", script])
        .output()
        .expect("it was there just now");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    Some(String::from_utf8(run.stdout).expect("UTF-8"))
}

fn same_words(run: &Finished) {
    run.ok();
    let Some(theirs) = cpythons() else { return };
    let theirs: Vec<&str> = theirs.lines().collect();
    let differing: Vec<(&str, &str)> = run
        .lines()
        .into_iter()
        .zip(theirs.iter().copied())
        .filter(|(ours, theirs)| ours != theirs)
        .collect();
    assert!(differing.is_empty(), "ours, CPython's: {differing:#?}");
    assert_eq!(run.lines().len(), theirs.len());
}

pub fn cases() -> Vec<Case> {
    vec![Case::plain(
        "misuse_is_told_in_cpythons_words",
        misuse,
        same_words,
    )]
}
