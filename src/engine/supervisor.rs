//! Starting a run and holding it: channels, guard, threads, and the `Feed` they make together.
//!
//! Knows nothing of lessons: `native` says which program is the main process. Every run ends with
//! nothing left, however its holder goes: stopped, dropped, panicking or killed.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::spawn::{PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::Signal;
use nix::sys::socket::{MsgFlags, recv};

use super::channels::{self, Ours, Theirs};
use super::collector::{Collector, Sources};
use super::dispatcher::{Batch, Desk, Dispatcher, Roster};
use super::gate::Gate;
use super::guard::{self, Word};
use super::native::GateMode;
use super::report::{Handle, Sent};
use super::sampler::{SamplerError, SamplerThread};
use super::tree;
use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem};
use crate::sys::pidfd::PidFd;
use crate::sys::process::reap;
use crate::sys::socket::send_packet;

/// Bytes read and not yet taken by the front end at which the processes have to wait.
const HELD_BYTES: usize = 64 << 20;
/// How long the guard may take to start the main process.
const START_TIME: u16 = 10_000;
/// How long a guard that has said its last word may take to go, in milliseconds.
const GO_TIME: u16 = 2_000;

/// Why a run could not be started. Nothing of it is left then.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("no directory for the run under {}: {source}", base.display())]
    Directory { base: PathBuf, source: io::Error },
    #[error(
        "no more file descriptors while {doing} (limit reached: `ulimit -n` tells it); \
         close other programs or raise the limit, then try again"
    )]
    Descriptors { doing: &'static str },
    #[error(
        "no more processes or threads while {doing} (limit reached: `ulimit -u` tells it); \
         end other programs or raise the limit, then try again"
    )]
    Processes { doing: &'static str },
    #[error("could not go on {doing}: {source}")]
    System {
        doing: &'static str,
        source: io::Error,
    },
    #[error("could not {0}")]
    Sampler(#[from] SamplerError),
    #[error("the guard process did not start the lesson's main process")]
    NoAnswer,
}

impl StartError {
    fn new(doing: &'static str, source: io::Error) -> StartError {
        match source.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EMFILE | Errno::ENFILE) => StartError::Descriptors { doing },
            Some(Errno::EAGAIN) => StartError::Processes { doing },
            _ => StartError::System { doing, source },
        }
    }
}

/// What to run, whatever it is: the engines make one.
#[derive(Debug)]
pub struct Launch {
    /// The program that holds the guard: this one, unless a test says otherwise.
    pub forklore: PathBuf,
    /// The main process: program, its name and its arguments.
    pub program: PathBuf,
    pub argv: Vec<String>,
    /// Added to the environment of all processes of the run, the guard included.
    pub environment: Vec<(String, String)>,
    /// The main process introduces itself by `process.start`.
    pub introduced: bool,
    /// The run directory; the guard removes it.
    pub dir: PathBuf,
    /// When the run began, ns of `CLOCK_MONOTONIC`.
    pub origin: i64,
    pub gate: GateMode,
}

/// A run: real processes, their events, and a hand on them.
///
/// The thread that started it has to live as long as the run: when it ends, the kernel tells the
/// guard so, and the guard ends the run. Dropping a `Run` ends its processes.
#[derive(Debug)]
pub struct Run {
    batches: Receiver<Batch>,
    controls: Option<Sender<Control>>,
    handle: Arc<Handle>,
    roster: Arc<Roster>,
    guard: Arc<PidFd>,
    dir: PathBuf,
    threads: Vec<JoinHandle<()>>,
    over: bool,
}

/// Makes a directory that only this user can enter, where sockets may have short names.
pub(crate) fn run_directory() -> Result<PathBuf, StartError> {
    let base = runtime_base();
    let made = tempfile::Builder::new()
        .prefix("forklore-")
        .tempdir_in(&base);
    // From here on the guard removes it.
    made.map(tempfile::TempDir::keep)
        .map_err(|source| StartError::Directory { base, source })
}

/// `XDG_RUNTIME_DIR` where it is a directory of ours (it may be another user's after `su`), else the
/// directory for temporary files.
fn runtime_base() -> PathBuf {
    let me = nix::unistd::geteuid().as_raw();
    let ours =
        |dir: &PathBuf| std::fs::metadata(dir).is_ok_and(|meta| meta.is_dir() && meta.uid() == me);
    std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(ours)
        .unwrap_or_else(std::env::temp_dir)
}

fn launch_in(launch: Launch) -> Result<Run, StartError> {
    let fail = |doing| move |source: io::Error| StartError::new(doing, source);
    // Orphans of a guard that is killed come to us and can be ended.
    nix::sys::prctl::set_child_subreaper(true)
        .map_err(|errno| StartError::new("preparing to adopt orphans", errno.into()))?;
    let (ours, theirs) = channels::make(launch.origin, launch.gate != GateMode::Open)
        .map_err(fail("making the run's channels"))?;
    let handle = Arc::new(Handle::new(HELD_BYTES).map_err(fail("making the run's channels"))?);
    let guard = start_guard(&launch, theirs).map_err(fail("starting the guard process"))?;
    let guard = Arc::new(guard);
    let started = await_main(&ours.control)
        .and_then(|main| assemble(launch, ours, handle, Arc::clone(&guard), main));
    // Our end of the control socket is closed by now: the guard ends what it started.
    started.inspect_err(|_| collect_guard(&guard))
}

/// Starts the guard in a process group of its own: a Ctrl-C at the terminal is the supervisor's to
/// answer, and neither guard nor lesson hears it before.
fn start_guard(launch: &Launch, theirs: Theirs) -> io::Result<PidFd> {
    let config = guard::Config {
        supervisor: std::process::id().cast_signed(),
        program: launch.program.clone(),
        argv: launch.argv.clone(),
        dir: launch.dir.clone(),
    };
    let json = serde_json::to_string(&config)?;
    let mut actions = PosixSpawnFileActions::init()?;
    for (fd, number) in &theirs {
        actions.add_dup2(fd.as_raw_fd(), *number)?;
        if *number == 0 {
            actions.add_dup2(fd.as_raw_fd(), 1)?;
            actions.add_dup2(fd.as_raw_fd(), 2)?;
        }
    }
    let (mut attributes, flags) = guard::clean_signals()?;
    attributes.set_pgroup(nix::unistd::Pid::from_raw(0))?;
    attributes.set_flags(flags | PosixSpawnFlags::POSIX_SPAWN_SETPGROUP)?;
    let argv = [
        c"forklore".to_owned(),
        c"__guard".to_owned(),
        CString::new(json)?,
    ];
    let added = launch
        .environment
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    let environment = guard::environment(added);
    let pid = posix_spawn(&launch.forklore, &actions, &attributes, &argv, &environment)?;
    // Only the guard has the processes' ends now, so that the channels end with them.
    drop(theirs);
    PidFd::open(pid.as_raw())
}

/// The guard's first word: the PID of the main process.
fn await_main(control: &OwnedFd) -> Result<Arc<PidFd>, StartError> {
    const DOING: &str = "starting the lesson's main process";
    let mut fds = [PollFd::new(control.as_fd(), PollFlags::POLLIN)];
    while poll(&mut fds, PollTimeout::from(START_TIME)) == Err(Errno::EINTR) {}
    let mut packet = [0; 256];
    let length = recv(control.as_raw_fd(), &mut packet, MsgFlags::MSG_DONTWAIT).unwrap_or(0);
    match serde_json::from_slice(&packet[..length]) {
        Ok(Word::Started { pid }) => {
            let fail = |source| StartError::new(DOING, source);
            let process = PidFd::open(pid).map_err(fail)?;
            send_packet(control.as_fd(), guard::HELD).map_err(fail)?;
            Ok(Arc::new(process))
        }
        Ok(Word::Failed { errno }) => {
            Err(StartError::new(DOING, io::Error::from_raw_os_error(errno)))
        }
        _ => Err(StartError::NoAnswer),
    }
}

/// Puts the threads to work.
fn assemble(
    launch: Launch,
    ours: Ours,
    handle: Arc<Handle>,
    guard: Arc<PidFd>,
    main: Arc<PidFd>,
) -> Result<Run, StartError> {
    let fail = |source| StartError::new("starting the supervisor's threads", source);
    let (report, reports) = unbounded::<Sent>();
    let (control, controls) = unbounded();
    let (batch, batches) = unbounded();
    let to_guard = Arc::new(ours.control);
    let roster = Arc::<Roster>::default();
    let sources = Sources {
        events: ours.events,
        stdout: ours.stdout,
        stderr: ours.stderr,
        control: Arc::clone(&to_guard),
        main: Arc::clone(&main),
    };
    let (sampler, rows) = SamplerThread::start()?;
    if !launch.introduced {
        sampler.add(main.pid());
    }
    let collector = Collector::new(sources, Arc::clone(&handle), report, sampler, launch.origin)
        .map_err(fail)?;
    let dispatcher = Dispatcher::new(Desk {
        input: reports,
        controls,
        rows,
        output: batch,
        handle: Arc::clone(&handle),
        roster: Arc::clone(&roster),
        guard: Arc::clone(&guard),
        to_guard,
        main,
        introduced: launch.introduced,
        origin: launch.origin,
        gate: Gate::new(launch.gate),
        page: ours.page,
    });
    let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
    // The dispatcher first: without a collector it ends the run by itself and goes.
    let dispatcher = match thread("dispatcher").spawn(|| dispatcher.run()) {
        Ok(thread) => thread,
        Err(source) => {
            // With it goes our end of the control socket.
            drop(collector);
            return Err(fail(source));
        }
    };
    let collector = match thread("collector").spawn(|| collector.run()) {
        Ok(thread) => thread,
        Err(source) => {
            let _ = dispatcher.join();
            return Err(fail(source));
        }
    };
    Ok(Run {
        batches,
        controls: Some(control),
        handle,
        roster,
        guard,
        dir: launch.dir,
        threads: vec![collector, dispatcher],
        over: false,
    })
}

impl Run {
    /// Starts a run. See `Run` for what it asks of the calling thread.
    ///
    /// # Errors
    /// What kept it from starting; nothing is left of it then, its directory included.
    pub fn launch(launch: Launch) -> Result<Run, StartError> {
        let dir = launch.dir.clone();
        // The guard removes it; where it never came to that, we do.
        launch_in(launch).inspect_err(|_| {
            let _ = std::fs::remove_dir_all(&dir);
        })
    }

    /// Takes the next batch; `None` when there will be none.
    fn take(&mut self, batch: Result<Batch, RecvTimeoutError>) -> FeedItem {
        match batch {
            Ok(batch) => {
                self.handle.took(batch.cost);
                if batch.events.is_empty() {
                    FeedItem::Idle
                } else {
                    FeedItem::Events(batch.events)
                }
            }
            Err(RecvTimeoutError::Timeout) => FeedItem::Idle,
            Err(RecvTimeoutError::Disconnected) => {
                self.close();
                FeedItem::End
            }
        }
    }

    /// After the last event: collects threads and guard.
    fn close(&mut self) {
        self.over = true;
        self.controls = None;
        // A dispatcher that panicked has not told the collector.
        self.handle.stop();
        for thread in self.threads.drain(..) {
            // One that panicked has said so on stderr; the processes are the guard's care.
            let _ = thread.join();
        }
        collect_guard(&self.guard);
        // Gone already, unless the guard was killed.
        let _ = std::fs::remove_dir_all(&self.dir);
    }

    /// Bytes read from the run's processes that nobody has taken by `poll` yet; when there are too
    /// many the processes wait.
    pub fn held_bytes(&self) -> usize {
        self.handle.queued()
    }

    /// PID of the guard process.
    pub fn guard(&self) -> i32 {
        self.guard.pid()
    }

    /// The run directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Waits for the guard to go and collects it. One that does not go is killed, and what it would
/// have ended is ended here.
fn collect_guard(guard: &PidFd) {
    await_end(guard);
    if reap(guard.pid()).is_err() {
        let _ = guard.signal(Some(Signal::SIGKILL));
        await_end(guard);
        let _ = reap(guard.pid());
        tree::end_orphans(guard.pid(), &[]);
    }
}

fn await_end(process: &PidFd) {
    let mut fds = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
    while poll(&mut fds, PollTimeout::from(GO_TIME)) == Err(Errno::EINTR) {}
}

impl Feed for Run {
    fn poll(&mut self, deadline: Instant) -> FeedItem {
        if self.over {
            return FeedItem::End;
        }
        loop {
            let batch = self.batches.recv_deadline(deadline);
            let waited_out = matches!(batch, Err(RecvTimeoutError::Timeout));
            match self.take(batch) {
                // A batch without events: a nudge of the account only.
                FeedItem::Idle if !waited_out => {}
                item => return item,
            }
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            live: !self.over,
            pace: !self.over,
            pause: !self.over,
            step: !self.over,
        }
    }

    fn control(&mut self, control: Control) -> Result<(), ControlError> {
        if let Control::Kill { pid } = control
            && !self.over
            && !self
                .roster
                .lock()
                .is_ok_and(|roster| roster.contains_key(&pid))
        {
            return Err(ControlError::NoProcess);
        }
        let sent = self
            .controls
            .as_ref()
            .map(|controls| controls.send(control));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(ControlError::Over),
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // Whatever is still said is read and thrown away, until the dispatcher says that nothing is
        // left; it gives up on a stuck guard by itself.
        self.handle.release();
        self.controls = None;
        while let Ok(batch) = self.batches.recv() {
            self.handle.took(batch.cost);
        }
        self.close();
    }
}
