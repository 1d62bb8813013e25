//! Words that are not true: every line of the table of evidence, tried by a child that forges, and a
//! process from outside that was handed the run's channels.
//!
//! Run as root and, where the tests run as root, once more as an ordinary user.

use std::io::{BufRead as _, BufReader, IoSlice, IoSliceMut, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use forklore::engine::GateMode;
use forklore::engine::evidence::{self, OWN_FAULTS, Sender};
use forklore::feed::{Control, ControlError, Feed as _};
use forklore::mp::{self, Exception, Lock, Process, print, sleep};
use forklore::trace::{Event, Exit, FaultKind, Kind, Role, RunStatus};
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, send, sendmsg};
use nix::unistd::Pid;

use crate::harness::{assert_nothing_left, end, exits, mark, rest, until};
use crate::scenes::{play, start_with};

/// The event channel, as a child inherits it.
const CHANNEL: i32 = 3;
/// Names the socket of the process from outside.
const OUTSIDE: &str = "FORKLORE_TEST_OUTSIDE";

/// What the child sends, and why it is refused; `{main}` is its parent. What is believed is marked `""`.
const FORGED: &[(&str, &str)] = &[
    (r#""kind":"process.exit","code":0"#, "no process may send"),
    (
        r#""kind":"process.exec","name":"sh","command":"sh""#,
        "no process may send",
    ),
    (r#""kind":"gate""#, "no process may send"),
    (
        r#""kind":"ps","rows":[],"gone":[{main}]"#,
        "no process may send",
    ),
    (
        r#""kind":"end","status":"finished","ended":[]"#,
        "no process may send",
    ),
    (r#""kind":"party""#, "no process may send"),
    (r#""kind":"look","threads":[]"#, "no process may send"),
    (
        r#""pid":{main},"kind":"process.reaped","code":0,"by":1"#,
        "is no child of it that has ended",
    ),
    (
        r#""pid":1,"kind":"process.reaped","code":0,"by":1"#,
        "is no child of it that has ended",
    ),
    (
        r#""kind":"process.start","ppid":1,"name":"MainProcess","role":"main","daemon":false,"method":"exec""#,
        "it is not the main process",
    ),
    (
        r#""kind":"fault","fault":"killed","detail":"forged""#,
        "only forklore",
    ),
    (
        r#""kind":"fault","fault":"stage_lost","detail":"forged""#,
        "only forklore",
    ),
    (
        r#""kind":"fault","fault":"deadlock","detail":"forged""#,
        "only forklore",
    ),
    (
        r#""kind":"fault","fault":"output_held","detail":"forged""#,
        "only forklore",
    ),
    (
        r#""kind":"fault","fault":"other","detail":"of its own""#,
        "",
    ),
    (r#""kind":"marker","text":"of its own""#, ""),
    (r#""kind":"line","file":"its.own","line":7"#, ""),
    (
        r#""kind":"output","stream":"stdout","data":"of its own\n""#,
        "",
    ),
    (r#""kind":"op","op":"create","object":"Mine-1","t0":0"#, ""),
    (
        r#""kind":"op.wait","op":"acquire","object":"Mine-1","t0":0"#,
        "",
    ),
    (
        r#""kind":"op.begin","op":"acquire","object":"Mine-1","t0":0"#,
        "",
    ),
    (
        r#""kind":"op.end","op":"acquire","object":"Mine-1","t0":0"#,
        "",
    ),
];

/// A time no clock of the run has come to.
const FUTURE: i64 = 1 << 60;

/// A main process that fails, with a child that says otherwise.
pub fn forger() -> mp::Result<()> {
    let main = std::process::id();
    let child = Process::new(
        move || {
            for (packet, _) in FORGED {
                let fields = packet.replace("{main}", &main.to_string());
                say(&format!("{{\"t\":{FUTURE},{fields}}}"));
            }
        },
        (),
    );
    child.start()?;
    child.join()?;
    Err(Exception::new("RuntimeError", "main has failed"))
}

fn say(packet: &str) {
    send(CHANNEL, packet.as_bytes(), MsgFlags::MSG_NOSIGNAL).expect("the channel is open");
}

fn refusals(events: &[Event], proc: u32) -> Vec<&str> {
    let refusal = |event: &'_ Event| event.proc == Some(proc);
    let mut found = Vec::new();
    for event in events.iter().filter(|event| refusal(event)) {
        if let Kind::Fault(fault) = &event.kind
            && fault.fault == FaultKind::BadPacket
        {
            found.push(fault.detail.as_str());
        }
    }
    found
}

pub fn each_line_of_the_table() {
    let events = play("forger", GateMode::Open);
    let main = events[0].pid;
    let refused = refusals(&events, 1);
    let expected: Vec<&str> = FORGED.iter().map(|(_, why)| *why).collect();
    let expected: Vec<&str> = expected.into_iter().filter(|why| !why.is_empty()).collect();
    assert_eq!(refused.len(), expected.len(), "{refused:#?}");
    for (refused, expected) in refused.iter().zip(&expected) {
        assert!(refused.contains(expected), "{refused}: {expected}");
    }
    // What is believed stands under the child's own name; and every kind was tried.
    let heads = FORGED.iter().map(|(packet, why)| {
        let word = packet.split("\"kind\":\"").nth(1).expect("a kind");
        (word.split('"').next().expect("a kind"), why.is_empty())
    });
    let heads: Vec<(&str, bool)> = heads.collect();
    for (word, believed) in &heads {
        let by_child = events
            .iter()
            .any(|event| event.proc == Some(1) && event.kind.word() == *word && event.t < FUTURE);
        // Its true start and exit are in the log as well, told by others.
        assert!(by_child || !believed, "{word}: {events:#?}");
    }
    for word in Kind::WORDS {
        assert!(
            heads.iter().any(|(tried, _)| tried == word),
            "{word} is not tried"
        );
    }
    let of_child = |wanted: FaultKind| {
        let mut faults = events.iter().filter(|event| event.proc == Some(1));
        faults.any(|event| matches!(&event.kind, Kind::Fault(fault) if fault.fault == wanted))
    };
    for fault in [FaultKind::Killed, FaultKind::StageLost, FaultKind::Deadlock] {
        assert!(!OWN_FAULTS.contains(&fault) && !of_child(fault));
    }
    assert!(of_child(FaultKind::Other));
    let gate = evidence::rule(&Kind::Gate);
    assert_eq!(gate.sender, Sender::Supervisor);
    // Main was collected by the guard, with the code it had.
    assert_eq!(exits(&events)[&0], Exit::Code(1));
    let reaped: Vec<&Event> = events
        .iter()
        .filter(|event| matches!(event.kind, Kind::ProcessReaped(_)) && event.pid == main)
        .collect();
    assert_eq!(reaped.len(), 1, "{reaped:?}");
    assert!(events.iter().all(|event| event.t < FUTURE));
    assert_eq!(end(&events).status, RunStatus::Finished);
}

/// A main process that hands its channels to somebody outside and goes on for a while.
pub fn generous() -> mp::Result<()> {
    let path = std::env::var(OUTSIDE).expect("set by the test");
    let outside = UnixStream::connect(path).expect("somebody listens");
    let fds = [1, CHANNEL];
    let rights = [ControlMessage::ScmRights(&fds)];
    let parts = [IoSlice::new(b"x")];
    sendmsg::<()>(
        outside.as_raw_fd(),
        &parts,
        &rights,
        MsgFlags::empty(),
        None,
    )
    .expect("they are handed over");
    let mut done = [0];
    (&outside).read_exact(&mut done).expect("it has spoken");
    let lock = Lock::new()?;
    print!("ready");
    sleep(1000.0);
    lock.acquire();
    lock.release()
}

/// The process outside: takes what it is handed, speaks, forges, has a child of its own, and stays
/// until its descriptor 0 ends.
pub fn outside(path: &str) {
    let listener = UnixListener::bind(path).expect("bound");
    let mut child = Command::new("sleep")
        .arg("1000")
        .spawn()
        .expect("sleep is there");
    println!("{}", child.id());
    let (caller, _) = listener.accept().expect("the main process calls");
    let mut byte = [0];
    let mut parts = [IoSliceMut::new(&mut byte)];
    let mut space = nix::cmsg_space!([i32; 2]);
    let message = recvmsg::<()>(
        caller.as_raw_fd(),
        &mut parts,
        Some(&mut space),
        MsgFlags::empty(),
    );
    let message = message.expect("descriptors come");
    let Some(ControlMessageOwned::ScmRights(fds)) = message.cmsgs().expect("whole").next() else {
        panic!("no descriptors");
    };
    nix::sys::socket::send(fds[0], b"hello from outside\n", MsgFlags::empty()).expect("written");
    let forged = r#"{"t":1,"kind":"op","op":"acquire","object":"Lock-1","t0":0}"#;
    send(fds[1], forged.as_bytes(), MsgFlags::empty()).expect("sent");
    (&caller).write_all(b"x").expect("it waits for us");
    let mut rest = String::new();
    std::io::stdin()
        .read_to_string(&mut rest)
        .expect("the test's end");
    child.kill().expect("nobody has ended it");
    child.wait().expect("our own child");
}

pub fn guests_are_shown_and_never_touched() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("outside");
    let me = std::env::current_exe().expect("this test binary");
    let mut helper = Command::new(me)
        .args([Path::new("__outside"), &path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = BufReader::new(helper.stdout.take().expect("piped"));
    let mut grandchild = String::new();
    said.read_line(&mut grandchild).expect("its child's PID");
    let grandchild: i32 = grandchild.trim().parse().expect("a PID");
    let guest = helper.id().cast_signed();
    let mark = mark();
    let outside = (OUTSIDE.into(), path.clone().into());
    let mut run = start_with("generous", GateMode::Open, &mark, vec![outside]);
    let mut seen = Vec::new();
    let ready =
        |event: &Event| matches!(&event.kind, Kind::Output(output) if output.data == b"ready\n");
    assert!(until(&mut run, &mut seen, ready));
    assert_shown(&seen, guest);
    assert_eq!(
        run.control(Control::Kill { pid: guest }),
        Err(ControlError::NoProcess)
    );
    // Who ends the run now is the supervisor, which knows processes by what it has seen.
    kill(Pid::from_raw(run.guard()), Signal::SIGKILL).expect("it runs");
    let events = rest(&mut run, seen);
    drop(run);
    assert!(!end(&events).ended.contains(&guest));
    assert_nothing_left(&mark);
    for pid in [guest, grandchild] {
        let stat = forklore::sys::stat::Stat::of(pid).expect("it lives");
        assert!(!stat.is_dead(), "{stat:?}");
    }
    drop(helper.stdin.take());
    assert!(helper.wait().expect("our own child").success());
}

fn assert_shown(events: &[Event], guest: i32) {
    let is_guest = |event: &&Event| event.pid == guest;
    let of_guest: Vec<&Event> = events.iter().filter(is_guest).collect();
    let Some(Kind::ProcessStart(start)) = of_guest.first().map(|event| &event.kind) else {
        panic!("not shown: {events:#?}");
    };
    assert_eq!(start.role, Role::Guest);
    let wrote = |event: &&Event| matches!(&event.kind, Kind::Output(output) if output.data == b"hello from outside\n");
    assert!(of_guest.iter().any(wrote), "{of_guest:#?}");
    let op = |event: &&Event| matches!(event.kind, Kind::Op(_));
    assert!(!of_guest.iter().any(op), "{of_guest:#?}");
    let proc = of_guest[0].proc.expect("it is numbered");
    let refused = refusals(events, proc);
    assert_eq!(refused.len(), 1, "{of_guest:#?}");
    assert!(refused[0].contains("not known to belong to the run"));
    let rows = events.iter().any(|event| {
        matches!(&event.kind, Kind::Ps(update) if update.rows.iter().any(|row| row.pid == guest))
    });
    assert!(!rows, "it was sampled");
}

/// The same tests once more as an ordinary user, where this one is root.
pub fn as_an_ordinary_user() {
    const NOBODY: u32 = 65534;
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let me = std::env::current_exe().expect("this test binary");
    let folder = tempfile::tempdir().expect("a directory");
    std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root may");
    for test in ["a_forging_child_is", "a_process_from_outside"] {
        let run = Command::new(&me)
            .arg(test)
            .env("TMPDIR", folder.path())
            .env_remove("XDG_RUNTIME_DIR")
            .current_dir("/")
            .uid(NOBODY)
            .gid(NOBODY)
            .output();
        match run {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                println!("skipped: an ordinary user can't execute this test");
            }
            Err(error) => panic!("{error}"),
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success(), "{said}");
                assert!(said.contains("1 passed"), "{said}");
            }
        }
    }
}
