//! What the kernel offers: each ability is tried on a process or socket of our own.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, Command, Stdio};

use nix::sys::socket::{getsockopt, sockopt};

use super::{Finding, Level};
use crate::inspect::{try_memory, yama_scope};
use crate::sys::pidfd::PidFd;
use crate::sys::socket::{Inbox, event_channel, output_stream};
use crate::sys::{futex, ptrace, socket};
use crate::text::Lang;

/// Below this the processes of a lesson soon wait for the supervisor.
const ROOMY: usize = 1 << 20;

pub(super) fn version(lang: Lang) -> Finding {
    let release = nix::sys::utsname::uname().map_or_else(
        |_| "?".to_owned(),
        |name| name.release().to_string_lossy().into_owned(),
    );
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    Finding {
        level: Level::Good,
        name: lang.phrase("doctor.linux"),
        detail: lang.tell("doctor.linux-is", &[("release", &release), ("cpus", &cpus)]),
    }
}

pub(super) fn pidfd(lang: Lang) -> Finding {
    let opened = PidFd::open(std::process::id().cast_signed()).and_then(|own| own.signal(None));
    let (level, detail) = match opened {
        Ok(()) => (Level::Good, lang.phrase("doctor.pidfd-works").to_owned()),
        Err(why) => (
            Level::Missing,
            lang.tell("doctor.pidfd-fails", &[("why", &why)]),
        ),
    };
    let name = lang.phrase("doctor.pidfd");
    Finding {
        level,
        name,
        detail,
    }
}

/// A process that prints a line and ends: this program, asked for its version.
fn start_sample(stdout: Stdio) -> io::Result<Child> {
    Command::new("/proc/self/exe")
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::null())
        .spawn()
}

pub(super) fn exit_status(lang: Lang) -> Finding {
    let told = start_sample(Stdio::null()).and_then(|mut child| {
        let pidfd = PidFd::open(child.id().cast_signed());
        child.wait()?;
        Ok(pidfd?.exit_status().is_some())
    });
    let (level, detail) = match told {
        Ok(true) => (Level::Good, lang.phrase("doctor.exit-told")),
        Ok(false) | Err(_) => (Level::Note, lang.phrase("doctor.exit-not-told")),
    };
    Finding {
        level,
        name: lang.phrase("doctor.exit"),
        detail: detail.to_owned(),
    }
}

/// Whether a program of one's own can be followed.
pub(super) fn following(lang: Lang) -> Finding {
    let followed = start_sample(Stdio::null()).and_then(|mut child| {
        let followed = ptrace::follow(child.id().cast_signed());
        // It may stand in its exec for us by now.
        child.kill()?;
        child.wait()?;
        followed
    });
    let (level, detail) = match followed {
        Ok(()) => (
            Level::Good,
            lang.phrase("doctor.following-works").to_owned(),
        ),
        Err(why) => (
            Level::Note,
            lang.tell("doctor.following-fails", &[("why", &why)]),
        ),
    };
    Finding {
        level,
        name: lang.phrase("doctor.following"),
        detail,
    }
}

/// Whether a program that runs can be looked at.
pub(super) fn looking(lang: Lang) -> Finding {
    let scope = yama_scope().filter(|_| !nix::unistd::geteuid().is_root());
    let (level, detail) = match (try_memory(), scope) {
        (Err(why), _) => (
            Level::Note,
            lang.tell("doctor.looking-fails", &[("why", &why)]),
        ),
        (Ok(()), Some(scope)) => (
            Level::Note,
            lang.tell("doctor.looking-yama", &[("scope", &scope)]),
        ),
        (Ok(()), None) => (Level::Good, lang.phrase("doctor.looking-works").to_owned()),
    };
    Finding {
        level,
        name: lang.phrase("doctor.looking"),
        detail,
    }
}

pub(super) fn futex(lang: Lang) -> Finding {
    let (level, detail) = if futex::has_wait_vector() {
        (Level::Good, lang.phrase("doctor.futex-works"))
    } else {
        (Level::Note, lang.phrase("doctor.futex-fails"))
    };
    Finding {
        level,
        name: lang.phrase("doctor.futex"),
        detail: detail.to_owned(),
    }
}

/// Has a process write into an output stream and sees whom the kernel names as the writer.
pub(super) fn attribution(lang: Lang) -> Finding {
    let (level, detail) = match writer_named() {
        Ok(true) => (
            Level::Good,
            lang.phrase("doctor.attribution-works").to_owned(),
        ),
        Ok(false) => (
            Level::Missing,
            lang.phrase("doctor.attribution-wrong").to_owned(),
        ),
        Err(why) => (
            Level::Missing,
            lang.tell("doctor.attribution-fails", &[("why", &why)]),
        ),
    };
    Finding {
        level,
        name: lang.phrase("doctor.attribution"),
        detail,
    }
}

fn writer_named() -> io::Result<bool> {
    let (reader, writer): (OwnedFd, OwnedFd) = output_stream()?;
    let mut child = start_sample(Stdio::from(writer))?;
    let pid = child.id().cast_signed();
    child.wait()?;
    let mut inbox = Inbox::new(socket::MOST_PACKETS, 256);
    let count = inbox.receive(reader.as_fd())?;
    let mut named = false;
    for index in 0..count {
        if let Some(received) = inbox.take(index)
            && !received.bytes.is_empty()
        {
            if received.pid != pid {
                return Ok(false);
            }
            named = true;
        }
    }
    Ok(named)
}

fn room() -> io::Result<usize> {
    let (_reader, writer) = event_channel()?;
    Ok(getsockopt(&writer, sockopt::SndBuf)?)
}

pub(super) fn channel(lang: Lang) -> Finding {
    let name = lang.phrase("doctor.channel");
    let bound = std::fs::read_to_string("/proc/sys/net/core/wmem_max");
    let bound = bound.as_deref().map_or("?", str::trim);
    match room() {
        Ok(room) => {
            let (level, detail) = if room >= ROOMY {
                (
                    Level::Good,
                    lang.tell("doctor.channel-roomy", &[("kib", &(room / 1024))]),
                )
            } else {
                (
                    Level::Note,
                    lang.tell(
                        "doctor.channel-narrow",
                        &[("kib", &(room / 1024)), ("bound", &bound)],
                    ),
                )
            };
            Finding {
                level,
                name,
                detail,
            }
        }
        Err(why) => Finding {
            level: Level::Missing,
            name,
            detail: lang.tell("doctor.channel-fails", &[("why", &why)]),
        },
    }
}
