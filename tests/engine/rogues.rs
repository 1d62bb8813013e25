//! Children that do what no lesson does: they ignore SIGTERM, hide a grandchild in a session of its
//! own, or close their event channel. Nothing of them is left either.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use forklore::engine::GateMode;
use forklore::feed::{Control, Feed as _};
use forklore::mp::{self, Lock, Process, print};
use forklore::sys::signal::ignore;
use forklore::trace::{Event, Exit, Kind, OpName, RunStatus};
use nix::sys::signal::Signal;

use crate::harness::{assert_nothing_left, await_marked, end, exits, mark, rest, until};
use crate::scenes::{FAST, assert_finished, play, start};

/// The event channel, as a child inherits it.
const CHANNEL: i32 = 3;

pub fn stubborn() -> mp::Result<()> {
    let lock = Lock::new()?;
    lock.acquire();
    let other = lock.clone();
    let child = Process::new(
        move || {
            ignore(&[Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP]).expect("they can be");
            let mut hidden = Command::new("setsid");
            hidden.args(["sleep", "1000"]).process_group(0);
            let hidden = hidden.spawn().expect("it starts");
            // On its own now: whoever ends the run has to find it.
            std::mem::forget(hidden);
            print!("ready");
            other.acquire();
        },
        (),
    );
    child.start()?;
    child.join()
}

/// Waits until all processes are there, does `harm`, and reads the rest of the run.
fn harmed(harm: impl FnOnce(&mut forklore::engine::Run, &[Event])) -> Vec<Event> {
    let mark = mark();
    let mut run = start("stubborn", GateMode::Open, &mark);
    let mut seen = Vec::new();
    let waits = |event: &Event| matches!(&event.kind, Kind::OpWait(op) if op.op == OpName::Acquire);
    assert!(until(&mut run, &mut seen, waits));
    // Guard, main, child and the hidden one.
    await_marked(&mark, 4);
    harm(&mut run, &seen);
    let events = rest(&mut run, seen);
    assert_nothing_left(&mark);
    events
}

pub fn are_ended() {
    let events = harmed(|run, _| run.control(Control::Stop).expect("it runs"));
    assert_eq!(end(&events).status, RunStatus::Stopped);
    assert_eq!(exits(&events)[&1], Exit::Signal(9), "it ignored SIGTERM");
    // Main dies first, so they become orphans.
    let events = harmed(|run, seen| {
        let main = seen.iter().find(|event| event.proc == Some(0));
        let pid = main.expect("it spoke").pid;
        run.control(Control::Kill { pid }).expect("it runs");
    });
    assert_eq!(end(&events).status, RunStatus::Failed);
    assert_eq!(exits(&events)[&1], Exit::Signal(9));
}

pub fn mute() -> mp::Result<()> {
    let lock = Lock::new()?;
    let other = lock.clone();
    let child = Process::new(
        move || {
            nix::unistd::close(CHANNEL).expect("it is open");
            // From here on it works unseen.
            other.acquire();
            other.release()
        },
        (),
    );
    child.start()?;
    child.join()?;
    lock.acquire();
    print!("{:?}", child.exitcode()?);
    lock.release()
}

pub fn without_a_voice() {
    for gate in [GateMode::Open, FAST] {
        let events = play("mute", gate);
        assert_finished(&events);
        let heard = events.iter().filter(|event| event.proc == Some(1));
        let words = heard.filter(|event| matches!(event.kind, Kind::Op(_) | Kind::OpEnd(_)));
        assert_eq!(words.count(), 0);
    }
}
