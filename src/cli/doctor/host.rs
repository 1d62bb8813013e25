//! What the machine around the kernel offers: /proc, room for a run, limits, other programs, the
//! terminal.

use std::io::{self, IsTerminal as _};
use std::process::{Command, Stdio};

use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};

use super::{Finding, Level};
use crate::cli::context::{Context, variable};
use crate::cli::engine::no_interpreter;
use crate::engine::directory::runtime_base;
use crate::engine::interpreter::{Interpreter, InterpreterError};
use crate::sys::private;
use crate::text::{Depth, Lang, is_utf8};

/// Descriptors forklore and the largest lesson need, with room to spare.
const FEW_DESCRIPTORS: u64 = 256;
/// Processes below which a pool of a lesson may not start.
const FEW_PROCESSES: u64 = 64;

pub(super) fn proc(lang: Lang) -> Finding {
    let own = std::fs::read_to_string("/proc/self/stat");
    let (level, detail) = match own {
        Err(why) => (
            Level::Missing,
            lang.tell("doctor.proc-fails", &[("why", &why)]),
        ),
        // The main process of the system is somebody else's: hidepid shows there.
        Ok(_) if std::fs::metadata("/proc/1/stat").is_err() => {
            (Level::Note, lang.phrase("doctor.proc-hidden").to_owned())
        }
        Ok(_) => (Level::Good, lang.phrase("doctor.proc-works").to_owned()),
    };
    Finding {
        level,
        name: lang.phrase("doctor.proc"),
        detail,
    }
}

pub(super) fn run_directory(lang: Lang) -> Finding {
    let base = runtime_base();
    let made = private::temporary("forklore-doctor-", &base);
    let place = base.display();
    let (level, detail) = match made {
        Ok(_) => (
            Level::Good,
            lang.tell("doctor.directory-works", &[("place", &place)]),
        ),
        Err(why) => (
            Level::Missing,
            lang.tell("doctor.directory-fails", &[("why", &why)]),
        ),
    };
    Finding {
        level,
        name: lang.phrase("doctor.directory"),
        detail,
    }
}

pub(super) fn limits(lang: Lang) -> Finding {
    let soft = |resource| getrlimit(resource).map_or(0, |(soft, _)| soft);
    let descriptors = soft(Resource::RLIMIT_NOFILE);
    let mut processes = soft(Resource::RLIMIT_NPROC);
    if let Some(pids) = cgroup_pids() {
        processes = processes.min(pids);
    }
    let narrow = descriptors < FEW_DESCRIPTORS || processes < FEW_PROCESSES;
    let words = |limit: u64| match limit {
        RLIM_INFINITY => lang.phrase("doctor.no-limit").to_owned(),
        limit => limit.to_string(),
    };
    let (descriptors, processes) = (words(descriptors), words(processes));
    let (level, detail) = if narrow {
        (
            Level::Note,
            lang.tell(
                "doctor.limits-low",
                &[("descriptors", &descriptors), ("processes", &processes)],
            ),
        )
    } else {
        (
            Level::Good,
            lang.tell(
                "doctor.limits-are",
                &[("descriptors", &descriptors), ("processes", &processes)],
            ),
        )
    };
    Finding {
        level,
        name: lang.phrase("doctor.limits"),
        detail,
    }
}

/// What the control group of this process allows, where it says (cgroup v2).
fn cgroup_pids() -> Option<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let path = format!("/sys/fs/cgroup{}/pids.max", own.trim_end_matches('/'));
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The first line a program prints; `None` where there is no such program or it fails.
fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(str::to_owned)
}

/// Every Python that is found, and what works with it.
pub(super) fn pythons(lang: Lang) -> Vec<Finding> {
    let name = lang.phrase("doctor.python");
    let all = Interpreter::all();
    if all.is_empty() {
        return vec![Finding {
            level: Level::Note,
            name,
            detail: lang.phrase("doctor.python-none").to_owned(),
        }];
    }
    let number = first_descriptor();
    let told = |(place, found): (usize, Result<Interpreter, InterpreterError>)| match found {
        Ok(python) => {
            let key = match (python.version.is_supported(), python.version.minor) {
                (false, 0..8) => "doctor.python-old",
                (false, _) => "doctor.python-new",
                (true, 12..) => "doctor.python-is",
                (true, _) => "doctor.python-settrace",
            };
            let path = python.path.display();
            let mut detail = lang.tell(key, &[("version", &python.version), ("path", &path)]);
            if place == 0 {
                detail += &lang.tell("doctor.python-first", &[("number", &number)]);
            }
            let level = if python.version.is_supported() {
                Level::Good
            } else {
                Level::Note
            };
            Finding {
                level,
                name,
                detail,
            }
        }
        Err(why) => Finding {
            level: Level::Note,
            name,
            detail: no_interpreter(lang, &why),
        },
    };
    all.into_iter().enumerate().map(told).collect()
}

/// The lowest number a descriptor of ours has in a traced Python that has something to tell, as its
/// package chooses it: above the limit where that can be raised for a moment, else at its end.
fn first_descriptor() -> u64 {
    /// Where it begins above a low limit, and the highest limit it looks for.
    const NUMBERS: std::ops::Range<u64> = 1024..1 << 16;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return 0;
    };
    if soft >= NUMBERS.end {
        return NUMBERS.end - 2;
    }
    let raised = soft.max(NUMBERS.start) + 16;
    if setrlimit(Resource::RLIMIT_NOFILE, raised, hard.max(raised)).is_err() {
        return soft.saturating_sub(2);
    }
    // What this process was given just now is given back.
    let _ = setrlimit(Resource::RLIMIT_NOFILE, soft, hard);
    soft.max(NUMBERS.start)
}

pub(super) fn procps(lang: Lang) -> Finding {
    let (level, detail) = match first_line("ps", &["--version"]) {
        Some(line) => (Level::Good, line),
        None => (Level::Note, lang.phrase("doctor.procps-none").to_owned()),
    };
    Finding {
        level,
        name: lang.phrase("doctor.procps"),
        detail,
    }
}

pub(super) fn terminal(context: &Context) -> Finding {
    let lang = context.lang;
    let utf8 = is_utf8(variable);
    let characters = if utf8 {
        lang.phrase("doctor.utf8")
    } else {
        lang.phrase("doctor.not-utf8")
    };
    let detail = if io::stdout().is_terminal() {
        let size = crossterm::terminal::size()
            .map_or_else(|_| "?".to_owned(), |(w, h)| format!("{w}×{h}"));
        let colours = match context.depth {
            Depth::None => "0",
            Depth::Sixteen => "16",
            Depth::Indexed => "256",
            Depth::True => "16777216",
        };
        lang.tell(
            "doctor.terminal-is",
            &[
                ("size", &size),
                ("colours", &colours),
                ("characters", &characters),
            ],
        )
    } else {
        lang.tell("doctor.terminal-none", &[("characters", &characters)])
    };
    let level = if utf8 { Level::Good } else { Level::Note };
    Finding {
        level,
        name: lang.phrase("doctor.terminal"),
        detail,
    }
}

/// Not tried: it is so on every machine, and worth knowing.
pub(super) fn dev_stdout(lang: Lang) -> Finding {
    Finding {
        level: Level::Note,
        name: lang.phrase("doctor.dev-stdout"),
        detail: lang.phrase("doctor.dev-stdout-is").to_owned(),
    }
}
