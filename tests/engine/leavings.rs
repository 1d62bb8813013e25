//! What a run makes on disk: for nobody else whatever the umask, and gone in the end, at the latest
//! with the next run.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{MARK, assert_nothing_left, binary, mark, marked};

/// `forklore` with these arguments under a umask, its runs' directories in `base`.
fn under_umask(umask: &str, base: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    let program = binary();
    command
        .args(["-c", "umask $0; exec \"$@\"", umask])
        .arg(program)
        .args(arguments)
        .env("XDG_RUNTIME_DIR", base)
        .env("TMPDIR", base)
        .stdin(Stdio::null());
    command
}

/// Entries that others may use, as `mode path`.
fn open_to_others(listing: &str) -> Vec<&str> {
    let is_open = |line: &&str| {
        let mode = line.split(' ').next().expect("a mode");
        // The base itself is the test's.
        u32::from_str_radix(mode, 8).is_ok_and(|mode| mode & 0o077 != 0)
    };
    listing.lines().filter(is_open).collect()
}

#[test]
fn nothing_a_run_makes_is_open_to_others_under_any_umask() {
    let base = tempfile::tempdir().expect("a directory");
    let list = "find \"$(dirname \"$FORKLORE_TRACE\")\" ! -type l -printf '%m %p\\n'";
    for umask in ["000", "002", "022", "077"] {
        let command = ["trace", "--format", "json", "--", "sh", "-c", list];
        let output = under_umask(umask, base.path(), &command).output();
        let output = output.expect("it runs");
        let events = String::from_utf8(output.stdout).expect("JSON");
        let mut listing = String::new();
        for line in events.lines() {
            let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
            if event["kind"] == "output" {
                listing += event["data"].as_str().expect("text");
            }
        }
        assert!(listing.contains("sitecustomize.py"), "{listing}");
        assert!(listing.contains("/door\n"), "{listing}");
        assert_eq!(open_to_others(&listing), [""; 0], "umask {umask}");
    }
    assert!(entries(base.path()).is_empty());
}

#[test]
fn the_socket_of_a_manager_and_kept_recordings_are_not_open_to_others() {
    let base = tempfile::tempdir().expect("a directory");
    // At one operation a second the manager is there for a while.
    let mut command = under_umask("000", base.path(), &["run", "manager-dict", "--pace", "1"]);
    let mark = mark();
    command
        .env(MARK, &mark)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut running = command.spawn().expect("it starts");
    let deadline = SystemTime::now() + Duration::from_secs(30);
    // Between the making of the socket and its chmod(2) only the directory keeps others out.
    loop {
        let found = Command::new("find")
            .arg(base.path())
            .args(["-mindepth", "1", "-printf", "%m %y %p\\n"])
            .output();
        let found = String::from_utf8(found.expect("find runs").stdout).expect("text");
        let has_socket = found.lines().any(|line| line.contains(" s "));
        if has_socket && open_to_others(&found).is_empty() {
            break;
        }
        assert!(
            SystemTime::now() < deadline,
            "no socket, or one that is open to others: {found}"
        );
    }
    kill(Pid::from_raw(running.id().cast_signed()), Signal::SIGTERM).expect("it runs");
    running.wait().expect("our own child");
    assert_nothing_left(&mark);
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a directory").flatten();
    entries.map(|entry| entry.path()).collect()
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let base = tempfile::tempdir().expect("a directory");
    for umask in ["000", "022"] {
        let mark = mark();
        let script = "echo ready; sleep 1000";
        let mut command = under_umask(umask, base.path(), &["trace", "--", "sh", "-c", script]);
        command.env(MARK, &mark).stdout(Stdio::piped());
        let mut running = command.spawn().expect("it starts");
        let mut said = BufReader::new(running.stdout.take().expect("piped")).lines();
        let ready = |line: std::io::Result<String>| line.expect("text").contains("ready");
        assert!(said.any(ready), "it never began");
        // All at once, as by `pkill -9`.
        for pid in marked(&mark) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        running.wait().expect("our own child");
        assert_nothing_left(&mark);
        let left = entries(base.path());
        assert_eq!(left.len(), 1, "{left:?}");
        let next = under_umask(umask, base.path(), &["trace", "--", "true"]).output();
        assert!(next.expect("it runs").status.success());
        assert!(entries(base.path()).is_empty());
    }
}

/// What a Python wrote whose program is this, traced with its run's directory in `base`; `None` where there
/// is no Python.
fn python_said(base: &Path, program: &str) -> Option<String> {
    Command::new("python3").arg("--version").output().ok()?;
    let command = ["trace", "--format", "json", "--", "python3", "-c", program];
    let output = under_umask("022", base, &command).output();
    Some(String::from_utf8(output.expect("it runs").stdout).expect("JSON"))
}

/// Writing into a hole would end the program by SIGBUS once the disk is full.
#[test]
fn files_that_pythons_share_have_no_holes() {
    let base = tempfile::tempdir().expect("a directory");
    let program = "import multiprocessing, os\n\
                   made = [multiprocessing.Queue(), multiprocessing.Lock(), multiprocessing.Value('i')]\n\
                   made[1].acquire()\n\
                   for folder, _, names in os.walk(os.path.dirname(os.environ['FORKLORE_TRACE'])):\n\
                   \x20   for name in names:\n\
                   \x20       stat = os.lstat(os.path.join(folder, name))\n\
                   \x20       holes = stat.st_size > 1 << 18 and stat.st_blocks * 512 < stat.st_size\n\
                   \x20       print('holes' if holes else 'whole', name)\n";
    let Some(said) = python_said(base.path(), program) else {
        return;
    };
    assert!(said.contains("whole door.counters"), "{said}");
    assert!(!said.contains("holes "), "{said}");
}

#[test]
fn a_colon_in_the_path_keeps_no_python_from_being_followed() {
    let base = tempfile::Builder::new()
        .prefix("a:b")
        .tempdir()
        .expect("a directory");
    let program = "import multiprocessing; multiprocessing.Lock().acquire()";
    let Some(said) = python_said(base.path(), program) else {
        return;
    };
    assert!(said.contains("\"op\":\"acquire\""), "{said}");
}
