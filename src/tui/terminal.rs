//! The terminal: the one file of the screen that reads and writes it.
//!
//! Owns raw mode, the alternate screen, mouse capture and their undoing, whatever ends the session:
//! leaving, a panic, SIGTERM, SIGHUP, Ctrl-Z. It knows nothing of what is drawn.

mod last_resort;

use std::io::{self, IsTerminal as _, Read as _, Stdout, Write as _};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossterm::event::{DisableMouseCapture, EnableMouseCapture, Event, KeyEvent, MouseEvent};
use crossterm::{cursor, event, execute, terminal};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{SetArg, tcgetattr, tcsetattr};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};

/// What came from outside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Resized((u16, u16)),
    /// SIGTSTP came from outside.
    Stopped,
    /// Somebody else wrote on the screen, or it is ours again after a stop.
    Redraw,
    /// A signal asked for the end, or the terminal is gone (as SIGHUP).
    Ended(i32),
}

pub(crate) struct Terminal {
    /// Never dropped: it would show the cursor of a terminal that is gone, and panic.
    inner: ManuallyDrop<ratatui::Terminal<CrosstermBackend<Stdout>>>,
    /// The signal that asked for the end; 0 while none did.
    ended: Arc<AtomicUsize>,
    /// The session was told of it.
    noticed: Arc<AtomicBool>,
    /// SIGTSTP has come, and SIGCONT.
    stopped: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
    /// Readable after a signal, so that a wait needs no clock to notice one.
    woken: UnixStream,
}

/// Signals that end the session.
const ENDING: [i32; 4] = [SIGTERM, SIGHUP, SIGINT, SIGQUIT];

/// The terminal is ours: it has to be given back, once.
static HELD: AtomicBool = AtomicBool::new(false);
/// A panic elsewhere was told on the screen.
static REDRAW: AtomicBool = AtomicBool::new(false);

/// Most inputs taken at once: a flood of mouse moves must not hold up the screen.
const MOST: usize = 64;
impl Terminal {
    pub(crate) fn open() -> io::Result<Terminal> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "no terminal"));
        }
        let ended = Arc::new(AtomicUsize::new(0));
        // The reader of keys hears of a new size first, and only then this wakes up to ask it.
        event::poll(Duration::ZERO)?;
        let (woken, waker) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        for signal in ENDING {
            let number = usize::try_from(signal).unwrap_or(0);
            signal_hook::flag::register_usize(signal, Arc::clone(&ended), number)?;
            signal_hook::low_level::pipe::register(signal, waker.try_clone()?)?;
        }
        let noticed: Arc<AtomicBool> = Arc::default();
        last_resort::watch(&ENDING, Arc::clone(&ended), Arc::clone(&noticed))?;
        let (stopped, continued) = (Arc::default(), Arc::default());
        for (signal, flag) in [(SIGTSTP, &stopped), (SIGCONT, &continued)] {
            signal_hook::flag::register(signal, Arc::clone(flag))?;
            signal_hook::low_level::pipe::register(signal, waker.try_clone()?)?;
        }
        signal_hook::low_level::pipe::register(SIGWINCH, waker)?;
        restore_on_panic();
        enter()?;
        let inner = ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))?;
        Ok(Terminal {
            inner: ManuallyDrop::new(inner),
            ended,
            noticed,
            stopped,
            continued,
            woken,
        })
    }

    /// Draws a frame. A terminal that has gone is no error: the next wait tells that it has.
    pub(crate) fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let drawn = self.inner.draw(view).map(|_| ());
        if drawn.is_err() && self.is_gone()? {
            return Ok(());
        }
        drawn
    }

    pub(crate) fn size(&self) -> (u16, u16) {
        self.inner
            .size()
            .map_or((80, 24), |size| (size.width, size.height))
    }

    /// Waits for something to happen, at most `longest`; gives all that has.
    pub(crate) fn wait(&mut self, longest: Duration) -> io::Result<Vec<Input>> {
        let mut inputs = Vec::new();
        let deadline = now() + longest;
        loop {
            // crossterm reads for ever from a terminal that has gone.
            while inputs.len() < MOST && !self.is_gone()? && event::poll(Duration::ZERO)? {
                inputs.extend(input(&event::read()?));
            }
            if inputs.is_empty() {
                tell_of_unread_keys();
            }
            let signal = self.ended.load(Ordering::Relaxed);
            if signal > 0 {
                self.noticed.store(true, Ordering::Relaxed);
                inputs.push(Input::Ended(i32::try_from(signal).unwrap_or(SIGTERM)));
                return Ok(inputs);
            }
            if self.stopped.swap(false, Ordering::Relaxed) {
                inputs.push(Input::Stopped);
            }
            if self.continued.swap(false, Ordering::Relaxed) {
                // Stopped by a signal nobody can catch, others may have had the terminal since.
                leave();
                enter()?;
                inputs.push(Input::Redraw);
            }
            if REDRAW.swap(false, Ordering::Relaxed) {
                inputs.push(Input::Redraw);
            }
            let left = deadline.saturating_duration_since(now());
            if !inputs.is_empty() || left.is_zero() {
                return Ok(inputs);
            }
            self.sleep(left)?;
        }
    }

    /// Whether there is nobody at the other end any more; that ends the session as SIGHUP does.
    fn is_gone(&self) -> io::Result<bool> {
        let input = io::stdin();
        let mut watched = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
        match poll(&mut watched, PollTimeout::ZERO) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
        let gone = watched[0]
            .revents()
            .is_some_and(|events| events.intersects(gone));
        if gone {
            let number = usize::try_from(SIGHUP).unwrap_or(1);
            self.ended.store(number, Ordering::Relaxed);
        }
        Ok(gone)
    }

    /// Sleeps until there is input, a signal, or the time is over. Costs nothing meanwhile.
    fn sleep(&mut self, longest: Duration) -> io::Result<()> {
        let input = io::stdin();
        let mut watched = [
            PollFd::new(input.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.woken.as_fd(), PollFlags::POLLIN),
        ];
        // Rounded up: a wait that ends too early would be repeated without end.
        let millis = longest.as_micros().div_ceil(1000);
        let timeout = PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX);
        match poll(&mut watched, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        // Emptied, however many signals there were; an empty one says so by an error.
        while self.woken.read(&mut [0; 64]).is_ok_and(|read| read > 0) {}
        Ok(())
    }

    /// Puts text on the clipboard of the learner's own terminal (OSC 52).
    pub(crate) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(
            self.inner.backend_mut(),
            crossterm::clipboard::CopyToClipboard::to_clipboard_from(text.as_bytes())
        )
    }

    /// Stops this job as the shell's Ctrl-Z does, and comes back with `fg`.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        leave();
        signal_hook::low_level::emulate_default_handler(SIGTSTP)?;
        enter()?;
        // That we go on is known here already.
        self.continued.store(false, Ordering::Relaxed);
        self.clear()
    }

    /// Wipes the screen; the next frame draws all of it. (ratatui's own `clear` asks the terminal
    /// where its cursor is and fails where nobody answers.)
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        execute!(io::stdout(), terminal::Clear(terminal::ClearType::All))?;
        let new = ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))?;
        let old = std::mem::replace(&mut self.inner, ManuallyDrop::new(new));
        // This one is there, and what it shows is hidden by the next frame.
        drop(ManuallyDrop::into_inner(old));
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// crossterm's reader is told once of keys that have come, and forgets it where a new size came in the
/// same moment: they would wait for the next key. Setting the terminal as it is has the kernel tell again
/// (tty_ioctl(4): whoever waits to read is woken by new settings).
fn tell_of_unread_keys() {
    let input = io::stdin();
    let mut watched = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
    let unread = poll(&mut watched, PollTimeout::ZERO) == Ok(1)
        && watched[0].revents() == Some(PollFlags::POLLIN);
    if let (true, Ok(settings)) = (unread, tcgetattr(&input)) {
        // A terminal that has gone has no keys either.
        let _ = tcsetattr(&input, SetArg::TCSANOW, &settings);
    }
}

fn input(event: &Event) -> Option<Input> {
    match event {
        Event::Key(key) => Some(Input::Key(*key)),
        Event::Mouse(mouse) => Some(Input::Mouse(*mouse)),
        Event::Resize(width, height) => Some(Input::Resized((*width, *height))),
        _ => None,
    }
}

fn enter() -> io::Result<()> {
    HELD.store(true, Ordering::SeqCst);
    terminal::enable_raw_mode()?;
    execute!(
        io::stdout(),
        terminal::EnterAlternateScreen,
        EnableMouseCapture,
        cursor::Hide
    )
}

/// Gives the terminal back as it was. What fails here can't be mended by anybody.
fn leave() {
    // Twice would put the cursor where it was before, over what was said since.
    if !HELD.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(
        io::stdout(),
        DisableMouseCapture,
        terminal::LeaveAlternateScreen,
        cursor::Show
    );
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// The terminal first, then whoever reported panics before. A panic of another thread does not end
/// the session: it is told, and the screen drawn anew.
fn restore_on_panic() {
    let before = std::panic::take_hook();
    let screen = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == screen {
            leave();
        } else {
            REDRAW.store(true, Ordering::Relaxed);
        }
        before(panic);
    }));
}

/// The one clock of the screen.
#[expect(clippy::disallowed_methods, reason = "this is the screen's clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
