//! Runs the available python3 on a program in a folder of its own, with a deadline.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// No program or probe takes this long on an idle machine; even on a busy one this is generous.
const DEADLINE: Duration = Duration::from_mins(2);

/// How long a program that should hang is watched.
const HANGS: Duration = Duration::from_secs(3);

/// A Python interpreter.
pub struct Python {
    pub program: String,
    /// The version: 311 for 3.11.
    pub version: i64,
    /// Its default start method.
    pub method: String,
}

/// One run that is over.
pub struct Ran {
    /// Whether it ended before the deadline.
    pub ended: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Python {
    /// The one that `FORKLORE_TEST_PYTHON` names, or `python3`; `None`, with a message, if there is none.
    pub fn find() -> Option<Python> {
        let program = std::env::var("FORKLORE_TEST_PYTHON").unwrap_or("python3".to_owned());
        let ask = "import sys, multiprocessing as m; print(sys.version_info[0] * 100 + \
                   sys.version_info[1], m.get_start_method())";
        let answer = Command::new(&program).args(["-c", ask]).output();
        let Some(answer) = answer.ok().filter(|answer| answer.status.success()) else {
            eprintln!("skipped: there is no {program} here");
            return None;
        };
        let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
        let (version, method) = answer.trim().split_once(' ')?;
        Some(Python {
            program,
            version: version.parse().ok()?,
            method: method.to_owned(),
        })
    }

    /// Runs a file of `folder` in a process group of its own, which is gone afterwards.
    pub fn run(&self, folder: &Path, file: &str, hangs: bool) -> Ran {
        // Files instead of pipes: nobody has to read while it runs, and the buffering is the same.
        let (out, err) = (folder.join("stdout"), folder.join("stderr"));
        let create = |path: &Path| Stdio::from(File::create(path).expect("a file"));
        let child = Command::new(&self.program)
            .arg(file)
            .current_dir(folder)
            .env_remove("PYTHONUNBUFFERED")
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::null())
            .stdout(create(&out))
            .stderr(create(&err))
            .process_group(0)
            .spawn()
            .expect("python starts");
        let ended = wait(child, if hangs { HANGS } else { DEADLINE });
        let text = |path: &Path| {
            let bytes = std::fs::read(path).expect("what it printed");
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ran {
            ended,
            stdout: text(&out),
            stderr: text(&err),
        }
    }
}

/// Waits for the end or the deadline, then kills whatever is left of the group.
fn wait(mut child: Child, deadline: Duration) -> bool {
    let group = Pid::from_raw(i32::try_from(child.id()).expect("a PID"));
    let (sender, receiver) = mpsc::channel();
    let waiter = std::thread::spawn(move || {
        let status = child.wait();
        // The receiver may have given up.
        let _ = sender.send(status.is_ok());
    });
    let ended = receiver.recv_timeout(deadline).is_ok();
    // If everything has ended, the group no longer exists.
    let _ = killpg(group, Signal::SIGKILL);
    waiter.join().expect("the waiting thread");
    ended
}
