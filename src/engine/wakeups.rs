//! What could still wake a run in which all wait, by the kernel's word.
//!
//! The log knows the waits it was told of. A thread that has told nothing, a timer, a signal handler
//! or a descriptor that somebody outside can write to may end them all the same. Asked once a run has
//! stood still, before it is said that nothing can go on: only a run with no wakeup is a deadlock.
//! What can't be seen counts as a wakeup, because a deadlock must never be claimed that is none.
//!
//! The kernel shows nobody the timers of `alarm(2)` and `setitimer(2)`: those of a Python the log knows,
//! those of other programs are not seen.

mod descriptors;
mod look;

use std::collections::BTreeSet;

use self::descriptors::Descriptors;
pub(crate) use self::look::look;
use crate::proc::{Call, Memory, Syscall, file, may_wake, names, threads};
use crate::trace::FaultKind;

/// A process whose waits are judged.
#[derive(Debug, Clone)]
pub(crate) struct Suspect {
    pub pid: i32,
    /// Threads that the log knows to wait for what nothing can bring.
    pub waiting: BTreeSet<i32>,
    /// A process of the native engine: its handlers of signals and the timeouts of its waits are `mp`'s
    /// and no program's.
    pub native: bool,
    /// The log knows of a timer that will send it a signal.
    pub timer: bool,
    /// A server of a manager: it waits for clients all the time.
    pub server: bool,
}

/// Something that could end a wait, in a process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wakeup {
    pub pid: i32,
    pub cause: Cause,
    /// What it is, in no language: a thread's number, a signal, a file.
    pub what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// A thread runs, or is about to.
    Runs,
    /// A thread sleeps, or waits with a timeout; or the process has a timer.
    Timer,
    /// The process handles a signal.
    Signal,
    /// A thread waits for what comes from outside the run.
    Input,
    /// What a thread does can't be seen.
    Unseen,
}

impl Cause {
    pub(crate) fn fault(self) -> FaultKind {
        match self {
            Cause::Runs => FaultKind::AllWaitThread,
            Cause::Timer => FaultKind::AllWaitTimer,
            Cause::Signal => FaultKind::AllWaitSignal,
            Cause::Input => FaultKind::AllWaitInput,
            Cause::Unseen => FaultKind::AllWaitUnseen,
        }
    }
}

/// What could wake one of these, each cause once a process.
pub(crate) fn wakeups(suspects: &[Suspect]) -> Vec<Wakeup> {
    let pids: Vec<i32> = suspects.iter().map(|suspect| suspect.pid).collect();
    let descriptors = Descriptors::of(&pids);
    let mut found: BTreeSet<Wakeup> = BTreeSet::new();
    for suspect in suspects {
        found.extend(timers(suspect));
        found.extend(handlers(suspect));
        for tid in threads(suspect.pid) {
            found.extend(thread(suspect, tid, &descriptors));
        }
    }
    let mut told = BTreeSet::new();
    let news = |wakeup: &Wakeup| told.insert((wakeup.pid, wakeup.cause));
    found.into_iter().filter(news).collect()
}

/// Timers of timer_create(2), and what the log knows.
fn timers(suspect: &Suspect) -> Option<Wakeup> {
    let pid = suspect.pid;
    let timers = std::fs::read_to_string(format!("/proc/{pid}/timers")).unwrap_or_default();
    let first = timers.lines().find(|line| line.starts_with("ID:"));
    let what = first.or(suspect.timer.then_some("setitimer"))?.to_owned();
    Some(Wakeup {
        pid,
        cause: Cause::Timer,
        what,
    })
}

fn handlers(suspect: &Suspect) -> Option<Wakeup> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", suspect.pid)).ok()?;
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))?;
    let mask = may_wake(u64::from_str_radix(mask.trim(), 16).ok()?);
    let ours = u64::from(suspect.native) << (libc::SIGURG - 1);
    let caught = names(mask & !ours);
    (!caught.is_empty()).then(|| Wakeup {
        pid: suspect.pid,
        cause: Cause::Signal,
        what: caught.join(", "),
    })
}

fn thread(suspect: &Suspect, tid: i32, descriptors: &Descriptors) -> Option<Wakeup> {
    let pid = suspect.pid;
    let wakeup = |cause, what| Some(Wakeup { pid, cause, what });
    match crate::sys::stat::Stat::parse(&file(pid, &format!("task/{tid}/stat")))?.state {
        'Z' | 'X' | 'x' => return None,
        'S' | 't' => {}
        _ => return wakeup(Cause::Runs, format!("TID {tid}")),
    }
    // The log knows what it waits for.
    if suspect.waiting.contains(&tid) {
        return None;
    }
    let Some(call) = Syscall::of(pid, tid) else {
        return wakeup(Cause::Unseen, format!("TID {tid}"));
    };
    let decoded = call.decode(&Memory::of(pid));
    if decoded.until().is_some() {
        // Ours look again from time to time while they wait; a timeout of the program is in the log.
        return if suspect.native {
            None
        } else {
            wakeup(Cause::Timer, format!("TID {tid}"))
        };
    }
    match decoded {
        Call::Futex { .. } | Call::Child(_) | Call::ChildBy(_) => None,
        Call::Signal { .. } => wakeup(Cause::Signal, format!("TID {tid}")),
        Call::Accept(_) if suspect.server => None,
        // Anybody may connect.
        Call::Accept(fd) => wakeup(Cause::Input, format!("descriptor {fd}")),
        Call::Read(_) | Call::Write(_) | Call::Poll { .. } => descriptors
            .waited(pid, &decoded)
            .into_iter()
            .find_map(|fd| descriptors.outside(pid, fd))
            .and_then(|what| wakeup(Cause::Input, what)),
        _ => wakeup(
            Cause::Unseen,
            format!("TID {tid}, syscall {}", call.number()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, Command, Stdio};

    use super::{Cause, Suspect, wakeups};

    /// A Python that has done this and then waits, its main thread unknown to the log.
    fn python(setup: &str, wait: &str) -> Option<(Child, BTreeSet<Cause>)> {
        let program = format!(
            "import os,signal,threading,time,select\n{setup}\nprint('ready',flush=True)\n{wait}"
        );
        let spawned = Command::new("python3")
            .args(["-c", &program])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = spawned.ok()?;
        let mut said = String::new();
        BufReader::new(child.stdout.take()?)
            .read_line(&mut said)
            .ok()?;
        let pid = child.id().cast_signed();
        let suspect = Suspect {
            pid,
            waiting: BTreeSet::new(),
            native: false,
            timer: false,
            server: false,
        };
        // From 'ready' to its wait it runs.
        let deadline = crate::sys::clock::monotonic_ns() + 10_000_000_000;
        loop {
            let found = wakeups(std::slice::from_ref(&suspect));
            let causes: BTreeSet<Cause> = found.iter().map(|found| found.cause).collect();
            if !causes.contains(&Cause::Runs) || wait.starts_with("while") {
                return Some((child, causes));
            }
            assert!(crate::sys::clock::monotonic_ns() < deadline, "{found:?}");
        }
    }

    #[test]
    fn each_cause_is_seen_and_a_wait_inside_is_none() {
        let lock = "l=threading.Lock();l.acquire()";
        let pipe = "r,w=os.pipe()";
        for (setup, wait, expected) in [
            (lock, "l.acquire()", &[][..]),
            (pipe, "os.read(r,1)", &[]),
            (pipe, "select.select([r],[],[])", &[]),
            (pipe, "p=select.poll();p.register(r);p.poll()", &[]),
            (pipe, "e=select.epoll();e.register(r);e.poll()", &[]),
            (lock, "l.acquire(timeout=1000)", &[Cause::Timer]),
            ("", "time.sleep(1000)", &[Cause::Timer]),
            (pipe, "select.select([r],[],[],1000)", &[Cause::Timer]),
            ("", "while True: pass", &[Cause::Runs]),
            ("", "os.read(0,1)", &[Cause::Input]),
            (pipe, "select.select([r,0],[],[])", &[Cause::Input]),
            (
                pipe,
                "p=select.poll();p.register(0);p.poll()",
                &[Cause::Input],
            ),
            (
                pipe,
                "e=select.epoll();e.register(0);e.poll()",
                &[Cause::Input],
            ),
            ("", "signal.pause()", &[Cause::Signal]),
            (
                "signal.signal(signal.SIGALRM,lambda *_:0);r,w=os.pipe()",
                "os.read(r,1)",
                &[Cause::Signal],
            ),
        ] {
            let Some((mut child, causes)) = python(setup, wait) else {
                println!("skipped: no python3 here");
                return;
            };
            child.kill().expect("it waits");
            child.wait().expect("our own child");
            let causes: Vec<Cause> = causes.into_iter().collect();
            assert_eq!(causes, expected, "{setup}; {wait}");
        }
    }
}
