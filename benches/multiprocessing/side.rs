//! The sides of a comparison: how one piece of work is run and timed in a process of its own.

use std::ffi::CString;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::process::{Command, ExitCode, Stdio};

use forklore::mp;
use forklore::sys::{clock, socket};
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};

use crate::{bare, works};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Bare,
    Off,
    Traced,
    CPython,
}

/// The stage: runs `SIDE WORK` and prints its nanoseconds per unit on descriptor 1.
pub fn stage(args: &[String]) -> ExitCode {
    let [side, name, ..] = args else {
        return ExitCode::from(2);
    };
    let work: fn(&str) -> Option<f64> = if side == "bare" {
        bare::run
    } else {
        works::run
    };
    if side == "traced" {
        mp::tracer::connect(3, None, clock::monotonic_ns());
    }
    let mut ns = None;
    let code = mp::run_main(0, || {
        ns = work(name);
        Ok(())
    });
    // std's buffer does not outlive `_exit`; the descriptor does.
    let line = ns.map_or_else(|| "-\n".to_owned(), |ns| format!("{ns}\n"));
    let _ = nix::unistd::write(std::io::stdout(), line.as_bytes());
    mp::exit_main(code)
}

/// Nanoseconds per unit; `None` where this side has no such work or failed at it.
pub fn measure(side: Side, work: &str) -> Option<f64> {
    match side {
        Side::CPython => cpython(work),
        Side::Bare => stage_process("bare", work, false),
        Side::Off => stage_process("off", work, false),
        Side::Traced => stage_process("traced", work, true),
    }
}

fn cpython(work: &str) -> Option<f64> {
    let python = std::env::var("FORKLORE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/benches/multiprocessing/cpython.py"
    );
    let output = Command::new(python)
        .arg(script)
        .arg(work)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn stage_process(side: &str, work: &str, traced: bool) -> Option<f64> {
    let (reader, writer) = socket::event_channel().ok()?;
    let (out, out_writer) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).ok()?;
    let mut actions = PosixSpawnFileActions::init().ok()?;
    actions.add_dup2(out_writer.as_raw_fd(), 1).ok()?;
    actions.add_dup2(writer.as_raw_fd(), 3).ok()?;
    let padding = " ".repeat(120);
    let args: Vec<CString> = ["bench", "__work", side, work, &padding]
        .iter()
        .filter_map(|arg| CString::new(*arg).ok())
        .collect();
    let env: Vec<CString> = std::env::vars()
        .filter_map(|(key, value)| CString::new(format!("{key}={value}")).ok())
        .collect();
    let exe = std::env::current_exe().ok()?;
    let pid = posix_spawn(
        exe.as_path(),
        &actions,
        &PosixSpawnAttr::init().ok()?,
        &args,
        &env,
    )
    .ok()?;
    drop((out_writer, writer));
    let habit = Habit::of(work);
    let drain = (traced || habit != Habit::Timer)
        .then(|| std::thread::spawn(move || drain(&reader, habit, traced)));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::fs::File::from(out), &mut text).ok()?;
    nix::sys::wait::waitpid(pid, None).ok()?;
    if let Some(drain) = drain {
        drain.join().ok()?;
    }
    text.trim().parse().ok()
}

/// How the reader of the event channel behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// In batches on a short timer while there is traffic, as the collector does.
    Timer,
    /// Not until the burst is over: it fits into the channel.
    Absent,
    /// Asleep before every packet, woken by it.
    Asleep,
    /// As `Timer`, also for the bare sends.
    Sustained,
}

impl Habit {
    fn of(work: &str) -> Habit {
        match work {
            "burst" => Habit::Absent,
            "asleep" => Habit::Asleep,
            "sustained" => Habit::Sustained,
            _ => Habit::Timer,
        }
    }
}

fn drain(reader: &OwnedFd, habit: Habit, traced: bool) {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    let most = if habit == Habit::Asleep {
        1
    } else {
        socket::MOST_PACKETS
    };
    let mut inbox = socket::Inbox::new(most, 128 << 10);
    let mut gates = Vec::new();
    let mut absent = habit == Habit::Absent;
    if absent && !traced {
        std::thread::sleep(BURST);
    }
    loop {
        let Ok(count) = inbox.receive(reader.as_fd()) else {
            let _ = poll(
                &mut [PollFd::new(reader.as_fd(), PollFlags::POLLIN)],
                PollTimeout::NONE,
            );
            continue;
        };
        for index in 0..count {
            let Some(received) = inbox.take(index) else {
                break;
            };
            if received.bytes.is_empty() {
                return;
            }
            if let Some(gate) = received.descriptor {
                let _ = socket::send_packet(gate.as_fd(), b"g");
                gates.push(gate);
                if std::mem::take(&mut absent) {
                    std::thread::sleep(BURST);
                }
            }
        }
        if matches!(habit, Habit::Timer | Habit::Sustained) && count > 8 {
            std::thread::sleep(std::time::Duration::from_micros(200));
        }
    }
}

/// Longer than any burst takes.
const BURST: std::time::Duration = std::time::Duration::from_millis(300);
