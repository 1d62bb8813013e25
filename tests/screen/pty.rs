//! `Screen`: forklore in a pseudo-terminal, its keys and what it shows.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{Termios, tcgetattr};
use nix::unistd::Pid;

/// How long any step may take.
const PATIENCE: Duration = Duration::from_mins(1);
const MARK: &str = "FORKLORE_SCREEN_TEST";

struct Seen {
    parser: vt100::Parser,
    /// All bytes written to the terminal.
    bytes: Vec<u8>,
    changed: u64,
    closed: bool,
}

pub struct Screen {
    child: Child,
    master: File,
    slave: OwnedFd,
    before: Termios,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// Tells the reader to let go of the terminal.
    hangs_up: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    mark: String,
    /// The folder for progress.
    state: Option<tempfile::TempDir>,
}

impl Screen {
    /// Starts forklore with these arguments at this size (columns, rows).
    pub fn open(arguments: &[&str], size: (u16, u16)) -> Screen {
        let state = tempfile::tempdir().unwrap();
        Screen::with(arguments, size, state, &[])
    }

    /// The same, with an existing state folder and further variables.
    pub fn with(
        arguments: &[&str],
        size: (u16, u16),
        state: tempfile::TempDir,
        variables: &[(&str, &str)],
    ) -> Screen {
        let mut words = vec![env!("CARGO_BIN_EXE_forklore")];
        words.extend(arguments);
        Screen::start(&words, size, state, variables)
    }

    /// Starts any program, given with its arguments.
    pub fn start(
        words: &[&str],
        (columns, rows): (u16, u16),
        state: tempfile::TempDir,
        variables: &[(&str, &str)],
    ) -> Screen {
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let pty = openpty(Some(&size), None).expect("a pseudo-terminal");
        // No process but the program itself may keep the terminal open.
        for end in [&pty.master, &pty.slave] {
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).unwrap();
        }
        let before = tcgetattr(&pty.slave).unwrap();
        let mark = format!("{}-{}", std::process::id(), state.path().display());
        let end = || Stdio::from(pty.slave.try_clone().unwrap());
        // `setsid --ctty` makes the pseudo-terminal the controlling terminal and executes the program.
        let child = Command::new("setsid")
            .arg("--ctty")
            .args(words)
            .env_remove("LC_ALL")
            .env_remove("NO_COLOR")
            .env_remove("PYTHONUNBUFFERED")
            .env("LANG", "en_US.UTF-8")
            .env("TERM", "xterm-256color")
            .env("XDG_STATE_HOME", state.path())
            .env(MARK, &mark)
            .envs(variables.iter().copied())
            .current_dir(state.path())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("setsid and the program can be run");
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(some(rows), some(columns), 0),
                bytes: Vec::new(),
                changed: 0,
                closed: false,
            }),
            Condvar::new(),
        ));
        let mut reader = File::from(pty.master.try_clone().unwrap());
        let shared = Arc::clone(&seen);
        let hangs_up = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&hangs_up);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 65536];
            loop {
                let mut waiting = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
                let quiet = poll(&mut waiting, PollTimeout::from(20_u8)) == Ok(0);
                if told.load(Ordering::Relaxed) {
                    return;
                }
                if quiet {
                    continue;
                }
                let read = reader.read(&mut bytes).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap();
                seen.parser.process(&bytes[..read]);
                seen.bytes.extend_from_slice(&bytes[..read]);
                seen.changed += 1;
                seen.closed = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Screen {
            child,
            master: File::from(pty.master),
            slave: pty.slave,
            before,
            seen,
            hangs_up,
            reader: Some(reader),
            mark,
            state: Some(state),
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.master
            .write_all(keys.as_bytes())
            .expect("keys can be sent");
    }

    /// Waits until the screen's text is as wanted, and returns it.
    pub fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_until(what, |screen| wanted(&screen.contents()))
    }

    /// Waits until the screen, colours included, is as wanted, and returns its text.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            let screen = seen.parser.screen();
            let text = screen.contents();
            if wanted(screen) {
                return text;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let open = !left.is_zero() && !seen.closed;
            if !open {
                // A panic under the lock would appear as another panic in the reader.
                drop(seen);
                panic!("never seen: {what}\n{text}");
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until nothing has been drawn for a moment: no frame is half there.
    pub fn settled(&self) -> String {
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            let before = seen.changed;
            let moment = Duration::from_millis(60);
            seen = self.seen.1.wait_timeout(seen, moment).unwrap().0;
            if seen.changed == before {
                return seen.parser.screen().contents();
            }
        }
    }

    /// The text on the screen now.
    pub fn text(&self) -> String {
        let seen = self.seen.0.lock().unwrap();
        seen.parser.screen().contents()
    }

    pub fn wait_for(&self, words: &str) -> String {
        self.wait(words, |text| text.contains(words))
    }

    /// Gives access to the screen as it is now.
    pub fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(self.seen.0.lock().unwrap().parser.screen())
    }

    /// The number of bytes written to the terminal so far.
    pub fn written(&self) -> usize {
        self.seen.0.lock().unwrap().bytes.len()
    }

    /// Waits until these bytes are written to the terminal after the given position; returns all bytes
    /// from there on.
    pub fn wait_for_bytes(&self, after: usize, wanted: &[u8]) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            let new = &seen.bytes[after..];
            if new.windows(wanted.len()).any(|here| here == wanted) {
                return new.to_vec();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !seen.closed, "never written: {wanted:?}");
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        let mut seen = self.seen.0.lock().unwrap();
        seen.parser.screen_mut().set_size(some(rows), some(columns));
        drop(seen);
        let done = Command::new("stty")
            .args(["cols", &columns.to_string(), "rows", &rows.to_string()])
            .stdin(Stdio::from(self.slave.try_clone().unwrap()))
            .status()
            .expect("stty can be run");
        assert!(done.success());
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("it lives");
    }

    /// The saved progress.
    pub fn progress(&self) -> String {
        let file = self
            .state
            .as_ref()
            .unwrap()
            .path()
            .join("forklore/progress.json");
        std::fs::read_to_string(file).expect("it is kept")
    }

    /// Waits for the end, see `ended`; returns the state folder.
    pub fn ended_with_state(mut self) -> (ExitStatus, tempfile::TempDir) {
        let state = self.state.take().expect("not taken yet");
        (self.ended(), state)
    }

    /// Waits for the end: the terminal must be as it was, and no process may be left.
    pub fn ended(mut self) -> ExitStatus {
        let status = self.wait_for_the_end();
        self.assert_given_back();
        status
    }

    /// Waits for the end, in whatever state the terminal is left.
    pub fn gone(mut self) -> ExitStatus {
        self.wait_for_the_end()
    }

    fn wait_for_the_end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        while !marked(&self.mark).is_empty() {
            assert!(
                Instant::now() < deadline,
                "left running: {:?}",
                marked(&self.mark)
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        status
    }

    /// The terminal is as it was before: its settings, the screen, the cursor, the mouse.
    pub fn assert_given_back(&self) {
        let after = tcgetattr(&self.slave).unwrap();
        assert_eq!(after.local_flags, self.before.local_flags);
        assert_eq!(after.input_flags, self.before.input_flags);
        assert_eq!(after.output_flags, self.before.output_flags);
        assert_eq!(after.control_flags, self.before.control_flags);
        assert_eq!(after.control_chars, self.before.control_chars);
        // The last bytes written may not have been read yet.
        self.wait_until(
            "the screen, the cursor and the mouse given back",
            |screen| {
                !screen.alternate_screen()
                    && !screen.hide_cursor()
                    && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            },
        );
    }

    /// PID of the program.
    pub fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Closes the terminal's other end, as closing a window does, and waits until all processes end.
    pub fn hang_up(mut self) -> ExitStatus {
        self.hangs_up.store(true, Ordering::Relaxed);
        let reader = self.reader.take().expect("once");
        reader.join().expect("it reads no more");
        self.master = File::open("/dev/null").expect("there");
        self.wait_for_the_end()
    }

    /// The processes of this case, forklore itself among them.
    pub fn processes(&self) -> Vec<i32> {
        marked(&self.mark)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Only when a case has failed: none of its processes may outlive it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn some(size: u16) -> NonZero<u16> {
    NonZero::new(size).expect("a size")
}

/// PIDs of the processes that carry this mark and are not zombies.
fn marked(mark: &str) -> Vec<i32> {
    let wanted = format!("{MARK}={mark}");
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    entries
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let environment = std::fs::read(entry.path().join("environ")).ok()?;
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == wanted.as_bytes())
                .then_some(pid)
        })
        .collect()
}
