//! Bringing a run to life: channels, guard, threads, in an order in which every failure leaves nothing.

use std::ffi::{CString, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::unbounded;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::spawn::{PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::Signal;
use nix::sys::socket::{MsgFlags, recv};

use super::backlog::Backlog;
use super::channels::{self, Ours, Theirs};
use super::collector::{Collector, Door, Sources};
use super::directory;
use super::dispatcher::{Dispatcher, Following, GuardLink, MainProcess, Setup};
use super::error::{StartError, Step};
use super::gate::{Gate, GateMode, Scheduler};
use super::greeting::Greeting;
use super::holders::Channels;
use super::live::LiveProcesses;
use super::report::Round;
use super::run::{Parts, Run, collect_guard};
use super::sampler_thread::{SamplerError, SamplerThread};
use super::{spawn, tree};
use crate::feed::Abilities;
use crate::protocol::{
    FromGuard, GuardConfig, PageWriter, ToGuard, descriptors, files, subcommand,
};
use crate::sys::clock::monotonic_ns;
use crate::sys::pidfd::PidFd;
use crate::sys::private;
use crate::sys::signal::SignalState;
use crate::sys::socket::send_packet;

/// What CPython calls the main process.
const MAIN_NAME: &str = "MainProcess";
/// Bytes read and not yet taken by the front end at which the processes have to wait.
const HELD_BYTES: usize = 64 << 20;
/// How long the guard may take to start the main process, in milliseconds.
const START_TIME: u16 = 10_000;

/// What to run, whatever it is: the engines make one.
#[derive(Debug)]
pub struct Launch {
    /// The program that holds the guard: this one, unless a test says otherwise.
    pub forklore: PathBuf,
    /// What the main process is started as, its name and its arguments.
    pub program: PathBuf,
    pub argv: Vec<OsString>,
    /// The arguments name a program of its own: it and all it starts is followed.
    pub follow: Option<Following>,
    /// What it leaves running is waited for even where that holds none of the run's channels.
    pub wait: bool,
    /// What it may read on descriptor 0; nothing, where there is none.
    pub input: Option<OwnedFd>,
    /// Added to the environment of all processes of the run, the guard included.
    pub environment: Vec<(OsString, OsString)>,
    /// The main process introduces itself by `process.start`.
    pub introduced: bool,
    /// What it is called until then.
    pub main_name: String,
    /// The run directory; the guard removes it.
    pub dir: PathBuf,
    /// Says to other runs that the directory is in use, where that was said when it was made.
    pub in_use: Option<File>,
    /// When the run began, ns of `CLOCK_MONOTONIC`.
    pub origin: i64,
    /// How the gate stands at the beginning; `None` where the processes know of no gate.
    pub gate: Option<GateMode>,
    /// Who chooses in a paced run; without one the processes go in turn.
    pub scheduler: Option<Box<dyn Scheduler>>,
    /// Programs started by exec can ask for the event channel at `files::DOOR` in the run directory, and are
    /// told this.
    pub door: Option<Greeting>,
}

impl Launch {
    /// A program of ours, which introduces itself; its gate open, nothing to read, begun now.
    pub fn new(program: PathBuf, argv: Vec<OsString>, dir: PathBuf) -> Launch {
        Launch {
            forklore: PathBuf::from("/proc/self/exe"),
            program,
            argv,
            follow: None,
            wait: true,
            input: None,
            environment: Vec::new(),
            introduced: true,
            main_name: MAIN_NAME.to_owned(),
            dir,
            in_use: None,
            origin: monotonic_ns(),
            gate: Some(GateMode::Open),
            scheduler: None,
            door: None,
        }
    }
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
}

/// Starts it; what fails leaves nothing behind but the directory.
fn launch_in(mut launch: Launch) -> Result<Run, StartError> {
    let fail = |doing| move |source: io::Error| StartError::new(doing, source);
    let in_use = launch.in_use.take();
    let in_use = in_use.or_else(|| directory::in_use(&launch.dir));
    // Orphans of a guard that is killed come to us and can be ended.
    nix::sys::prctl::set_child_subreaper(true)
        .map_err(|errno| StartError::new(Step::Orphans, errno.into()))?;
    let gated = launch.gate.is_some_and(|mode| mode != GateMode::Open);
    let input = launch.input.take();
    let has_input = input.is_some();
    let page = page_of(&launch).map_err(fail(Step::Channels))?;
    let (ours, theirs) = channels::make(page, gated, input).map_err(fail(Step::Channels))?;
    let backlog = Arc::new(Backlog::new(HELD_BYTES).map_err(fail(Step::Channels))?);
    let holders = channels_of(&launch, &theirs).map_err(fail(Step::Channels))?;
    let door = open_door(&launch, &theirs).map_err(fail(Step::Channels))?;
    let guard = start_guard(&launch, theirs, has_input).map_err(fail(Step::Guard))?;
    let guard = Arc::new(guard);
    let started = await_main(&ours.control).and_then(|main| {
        assemble(
            launch,
            (ours, door, holders),
            backlog,
            Arc::clone(&guard),
            main,
        )
    });
    // Our end of the control socket is closed by now: the guard ends what it started.
    started
        .map(|run| run.keeping(in_use))
        .inspect_err(|_| collect_guard(&guard))
}

/// The control page: a file where Pythons are to read it.
fn page_of(launch: &Launch) -> io::Result<PageWriter> {
    if launch.door.is_some() && launch.gate.is_some() {
        PageWriter::file(&launch.dir.join(files::PAGE), launch.origin)
    } else {
        PageWriter::new(launch.origin)
    }
}

/// What an orphan must hold to be waited for; `None` where all are.
fn channels_of(launch: &Launch, theirs: &Theirs) -> io::Result<Option<Channels>> {
    if launch.wait {
        return Ok(None);
    }
    let numbers = [
        descriptors::EVENTS,
        descriptors::STDOUT,
        descriptors::STDERR,
    ];
    let ends = theirs.iter().filter(|(_, number)| numbers.contains(number));
    Channels::of(ends.map(|(end, _)| end)).map(Some)
}

/// The way to the event channel for programs that do not inherit it. They are told when the run began,
/// how to buffer stdio, and which descriptors are the run's own, so that no other is taken for them.
fn open_door(launch: &Launch, theirs: &Theirs) -> io::Result<Option<Door>> {
    let Some(told) = launch.door else {
        return Ok(None);
    };
    let end = |wanted| {
        let found = theirs.iter().find(|(_, number)| *number == wanted);
        found.map(|(end, _)| end).ok_or(Errno::EBADF)
    };
    let identity = |wanted| -> io::Result<String> {
        let stat = nix::sys::stat::fstat(end(wanted)?)?;
        Ok(format!("{}:{}", stat.st_dev, stat.st_ino))
    };
    let greeting = serde_json::json!({
        "origin": launch.origin,
        "stdout": told.buffering.word(),
        "method": told.method.map_or("", |method| method.as_str()),
        "scale": told.scale,
        "gate": launch.gate.map_or("", |_| "page"),
        "out": identity(descriptors::STDOUT)?,
        "err": identity(descriptors::STDERR)?,
    });
    let events = end(descriptors::EVENTS)?.try_clone()?;
    private::write(&launch.dir.join(files::GREETING), greeting.to_string())?;
    Ok(Some(Door::open(&launch.dir.join(files::DOOR), events)?))
}

/// Starts the guard in a process group of its own: a Ctrl-C at the terminal is the supervisor's to
/// answer, and neither guard nor lesson hears it before.
fn start_guard(launch: &Launch, theirs: Theirs, input: bool) -> io::Result<PidFd> {
    let signals = SignalState::at_start();
    let config = GuardConfig {
        supervisor: std::process::id().cast_signed(),
        program: launch.program.clone(),
        follow: launch.follow.is_some(),
        ignored: signals.ignored,
        blocked: signals.blocked,
        input,
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
    let (mut attributes, flags) = spawn::clean_signals()?;
    attributes.set_pgroup(nix::unistd::Pid::from_raw(0))?;
    attributes.set_flags(flags | PosixSpawnFlags::POSIX_SPAWN_SETPGROUP)?;
    let mut argv = vec![
        c"forklore".to_owned(),
        CString::new(subcommand::GUARD)?,
        CString::new(json)?,
    ];
    for word in &launch.argv {
        argv.push(CString::new(word.as_bytes())?);
    }
    let added = launch
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    let environment = spawn::environment(added);
    let pid = posix_spawn(&launch.forklore, &actions, &attributes, &argv, &environment)?;
    // Only the guard has the processes' ends now, so that the channels end with them.
    drop(theirs);
    PidFd::open(pid.as_raw()).inspect_err(|_| {
        // Not collected, so the PID is still its own. What it may have started dies with it, or
        // comes to us.
        let _ = nix::sys::signal::kill(pid, Signal::SIGKILL);
        let _ = nix::sys::wait::waitpid(pid, None);
        tree::end_orphans(pid.as_raw(), &[]);
    })
}

/// The guard's first word: the PID of the main process.
fn await_main(control: &OwnedFd) -> Result<Arc<PidFd>, StartError> {
    let mut fds = [PollFd::new(control.as_fd(), PollFlags::POLLIN)];
    while poll(&mut fds, PollTimeout::from(START_TIME)) == Err(Errno::EINTR) {}
    let mut packet = [0; 256];
    let length = recv(control.as_raw_fd(), &mut packet, MsgFlags::MSG_DONTWAIT).unwrap_or(0);
    match serde_json::from_slice(&packet[..length]) {
        Ok(FromGuard::Started { pid }) => {
            let fail = |source| StartError::new(Step::Main, source);
            let process = PidFd::open(pid).map_err(fail)?;
            send_packet(control.as_fd(), &ToGuard::Held.encode()).map_err(fail)?;
            Ok(Arc::new(process))
        }
        Ok(FromGuard::Failed { errno }) => Err(StartError::new(
            Step::Main,
            io::Error::from_raw_os_error(errno),
        )),
        _ => Err(StartError::NoAnswer),
    }
}

/// Puts the threads to work.
fn assemble(
    launch: Launch,
    (ours, door, channels): (Ours, Option<Door>, Option<Channels>),
    backlog: Arc<Backlog>,
    guard: Arc<PidFd>,
    main: Arc<PidFd>,
) -> Result<Run, StartError> {
    let fail = |source| StartError::new(Step::Threads, source);
    let (report, reports) = unbounded::<Round>();
    let (control, controls) = unbounded();
    let (batch, batches) = unbounded();
    let to_guard = Arc::new(ours.control);
    let live = Arc::<LiveProcesses>::default();
    let sources = Sources {
        events: ours.events,
        stdout: ours.stdout,
        stderr: ours.stderr,
        control: Arc::clone(&to_guard),
        guard: guard.pid(),
        main: Arc::clone(&main),
        door,
    };
    let (sampler, rows) = SamplerThread::start().map_err(|error| match error {
        SamplerError::Host(error) => StartError::Rows(error),
        SamplerError::Thread(source) => fail(source),
    })?;
    if !launch.introduced {
        sampler.add(main.pid());
    }
    let collector = Collector::new(
        sources,
        Arc::clone(&backlog),
        report,
        sampler,
        launch.origin,
    )
    .map_err(fail)?;
    let dispatcher = Dispatcher::new(Setup {
        reports,
        controls,
        rows,
        output: batch,
        backlog: Arc::clone(&backlog),
        live: Arc::clone(&live),
        guard: GuardLink {
            process: Arc::clone(&guard),
            control: to_guard,
        },
        main: MainProcess {
            process: main,
            name: launch.main_name,
            introduces_itself: launch.introduced,
            introduced: false,
            exit: None,
        },
        follow: launch.follow,
        channels,
        origin: launch.origin,
        gate: Gate::new(launch.gate.unwrap_or_default(), launch.scheduler),
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
    Ok(Run::new(Parts {
        batches,
        controls: control,
        backlog,
        live,
        guard,
        dir: launch.dir,
        abilities: Abilities {
            live: true,
            pace: launch.gate.is_some(),
            pause: launch.gate.is_some(),
            step: launch.gate.is_some(),
        },
        threads: vec![collector, dispatcher],
    }))
}
