//! The terminal: the one file of the screen that reads and writes it.
//!
//! Owns raw mode, the alternate screen, mouse capture and their undoing, whatever ends the session:
//! leaving, a panic, SIGTERM, SIGHUP, Ctrl-Z. It knows nothing of what is drawn.

use std::io::{self, IsTerminal as _, Stdout, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossterm::event::{
    DisableMouseCapture, EnableMouseCapture, Event as Input, KeyEvent, MouseEvent,
};
use crossterm::{cursor, event, execute, terminal};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;

/// What came from outside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Happening {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Resized((u16, u16)),
    /// SIGTERM, SIGHUP or the terminal's end.
    Ended,
}

pub(crate) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Stdout>>,
    ended: Arc<AtomicBool>,
}

/// Most happenings taken at once: a flood of mouse moves must not hold up the screen.
const MOST: usize = 64;
/// A signal is looked for at least this often, since it does not wake a wait for a key everywhere.
const LOOK: Duration = Duration::from_millis(250);

impl Terminal {
    pub(crate) fn open() -> io::Result<Terminal> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "no terminal"));
        }
        let ended = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&ended))?;
        }
        restore_on_panic();
        enter()?;
        let inner = ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))?;
        Ok(Terminal { inner, ended })
    }

    pub(crate) fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.inner.draw(view)?;
        Ok(())
    }

    pub(crate) fn size(&self) -> (u16, u16) {
        self.inner
            .size()
            .map_or((80, 24), |size| (size.width, size.height))
    }

    /// Waits for something to happen, at most `longest`; gives all that has.
    pub(crate) fn wait(&mut self, longest: Duration) -> io::Result<Vec<Happening>> {
        let mut happened = Vec::new();
        let deadline = now() + longest;
        loop {
            if self.ended.load(Ordering::Relaxed) {
                happened.push(Happening::Ended);
                return Ok(happened);
            }
            let left = deadline.saturating_duration_since(now());
            let wait = if happened.is_empty() {
                left.min(LOOK)
            } else {
                Duration::ZERO
            };
            if event::poll(wait)? {
                happened.extend(happening(event::read()?));
                if happened.len() < MOST {
                    continue;
                }
            }
            if !happened.is_empty() || left.is_zero() {
                return Ok(happened);
            }
        }
    }

    /// Puts text on the clipboard of the learner's own terminal (OSC 52).
    pub(crate) fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout();
        execute!(
            out,
            crossterm::clipboard::CopyToClipboard::to_clipboard_from(text.as_bytes())
        )
    }

    /// Stops this job as the shell's Ctrl-Z does, and comes back with `fg`.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        leave();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        enter()?;
        self.clear()
    }

    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

fn happening(input: Input) -> Option<Happening> {
    match input {
        Input::Key(key) => Some(Happening::Key(key)),
        Input::Mouse(mouse) => Some(Happening::Mouse(mouse)),
        Input::Resize(width, height) => Some(Happening::Resized((width, height))),
        _ => None,
    }
}

fn enter() -> io::Result<()> {
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
    let _ = execute!(
        io::stdout(),
        DisableMouseCapture,
        terminal::LeaveAlternateScreen,
        cursor::Show
    );
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// The terminal first, then whoever reported panics before.
fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        leave();
        before(panic);
    }));
}

/// The one clock of the screen.
#[expect(clippy::disallowed_methods, reason = "this is the screen's clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
