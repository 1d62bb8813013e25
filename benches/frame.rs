//! The cost of a frame of the session: building it, comparing it with the previous one, and writing it,
//! at 200×60 with 1 000 processes, 100 000 lines of output and 100 000 events.
//!
//! For comparison, a bare ratatui table and log of that size. Run with `cargo bench --bench frame`;
//! `cargo bench --bench frame [FRAMES]` draws another number of frames than 2 000.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench reads a clock and says what went wrong by panicking"
)]

#[path = "frame/log.rs"]
mod log;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use forklore::feed::{Abilities, Control, ControlError, Feed, FeedItem};
use forklore::lesson::Library;
use forklore::text::Lang;
use forklore::trace::{Event, Header};
use forklore::tui::{Offscreen, Start, Started};
use nix::time::{ClockId, clock_gettime};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph, Row, Table, TableState};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

const SIZE: (u16, u16) = (200, 60);
const PROCESSES: u32 = 1_000;
const LINES: usize = 100_000;
const EVENTS: usize = 100_000;

/// A run at some point, which delivers one more event at a time.
struct Written(VecDeque<Vec<Event>>);

impl Feed for Written {
    fn poll(&mut self, _: Instant) -> FeedItem {
        self.0
            .pop_front()
            .filter(|events| !events.is_empty())
            .map_or(FeedItem::Idle, |events| {
                FeedItem::Events(events.into_iter().collect())
            })
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            live: true,
            ..Abilities::default()
        }
    }

    fn control(&mut self, _: Control) -> Result<(), ControlError> {
        Err(ControlError::Unable)
    }
}

/// Counts the bytes that a terminal would get.
#[derive(Clone, Default)]
struct Counted(Rc<Cell<u64>>);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn screen(counted: &Counted) -> Terminal<CrosstermBackend<Counted>> {
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let options = TerminalOptions {
        viewport: Viewport::Fixed(area),
    };
    Terminal::with_options(CrosstermBackend::new(counted.clone()), options).expect("fixed")
}

/// The times of all frames, sorted.
struct Times {
    /// Wall-clock time, and processor time.
    wall: Vec<Duration>,
    cpu: Vec<Duration>,
    bytes: u64,
}

fn used() -> Duration {
    let now = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("the kernel has it");
    now.into()
}

impl Times {
    fn of(
        frames: usize,
        mut before: impl FnMut(usize),
        mut draw: impl FnMut(&mut Frame<'_>),
    ) -> Times {
        let counted = Counted::default();
        let mut terminal = screen(&counted);
        let (mut wall, mut cpu) = (Vec::new(), Vec::new());
        for number in 0..=frames {
            before(number);
            let (began, at) = (Instant::now(), used());
            terminal.draw(&mut draw).expect("counted");
            wall.push(began.elapsed());
            cpu.push(used().saturating_sub(at));
        }
        // The first frame writes every cell; the `session` bench measures it.
        for times in [&mut wall, &mut cpu] {
            times.remove(0);
            times.sort_unstable();
        }
        let bytes = counted.0.get() / frames as u64;
        Times { wall, cpu, bytes }
    }

    fn told(&self, name: &str, bare: f64) {
        let [half, late, last] = [0.5, 0.99, 1.0].map(|share| at(&self.wall, share));
        let [used, most] = [0.5, 0.99].map(|share| at(&self.cpu, share));
        println!(
            "{name:<42} {half:>7.3} {late:>7.3} {last:>7.3} {used:>9.3} {most:>7.3} {:>7} {:>7.2}",
            self.bytes,
            used / bare
        );
    }
}

/// The time in milliseconds below which this share of the frames lies.
fn at(times: &[Duration], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place among the times"
    )]
    let place = ((times.len() - 1) as f64 * share) as usize;
    times[place].as_secs_f64() * 1e3
}

fn session(more: usize) -> Offscreen {
    let start = Start {
        lesson: Some("lock".to_owned()),
        ..Start::new(
            Rc::new(Library::embedded().expect("the lessons are whole")),
            Lang::En,
        )
    };
    let events = log::events(PROCESSES, LINES, EVENTS, more);
    let (before, after) = events.split_at(events.len() - more);
    let mut batches: VecDeque<Vec<Event>> = before.chunks(512).map(<[Event]>::to_vec).collect();
    // An empty batch is a pause: the measured events come one per frame.
    for event in after {
        batches.push_back(Vec::new());
        batches.push_back(vec![event.clone()]);
    }
    let mut session = Offscreen::new(start, SIZE);
    session.begin(Started {
        feed: Box::new(Written(batches)),
        header: header(),
        recorded: None,
    });
    while session.take_events(Instant::now() + Duration::from_mins(1)) {}
    session
}

fn header() -> Header {
    Header::of("lock")
}

fn key(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// A frame after each new event.
fn followed(frames: usize) -> Times {
    let session = RefCell::new(session(frames));
    Times::of(
        frames,
        |_| {
            session.borrow_mut().take_events(Instant::now());
            session.borrow_mut().take_events(Instant::now());
        },
        |frame| session.borrow().draw(frame),
    )
}

/// A frame after each key; the keys repeat.
fn keyed(frames: usize, keys: &[KeyCode]) -> Times {
    let mut session = session(1);
    // From the lesson to the output.
    for _ in 0..3 {
        session.press(key(KeyCode::Tab));
    }
    let session = RefCell::new(session);
    Times::of(
        frames,
        |number| session.borrow_mut().press(key(keys[number % keys.len()])),
        |frame| session.borrow().draw(frame),
    )
}

/// A table with as many rows and a log with as many lines, drawn by ratatui alone.
fn bare(frames: usize) -> Times {
    let rows: Vec<Vec<String>> = (0..PROCESSES)
        .map(|proc| {
            let mut cells = vec!["learner".to_owned(), (1000 + proc).to_string()];
            cells.extend(
                [
                    "0.0", "0.1", "16660", "8364", "pts/0", "S+", "10:43", "0:00",
                ]
                .map(str::to_owned),
            );
            cells.push(format!("lock: Process-{proc}"));
            cells
        })
        .collect();
    let lines: Vec<String> = (0..LINES)
        .map(|n| format!("{n} -----> {}", n * 7))
        .collect();
    let shown = Cell::new(0);
    let draw = |frame: &mut Frame<'_>| {
        let halves = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]);
        let [above, below] = halves.areas(frame.area());
        let cells = rows
            .iter()
            .map(|row| Row::new(row.iter().map(String::as_str)));
        let table = Table::new(cells, [Constraint::Fill(1); 11]).block(Block::bordered());
        let mut state = TableState::default().with_selected(shown.get() % PROCESSES as usize);
        frame.render_stateful_widget(table, above, &mut state);
        let high = usize::from(below.height) - 2;
        let first = shown.get() % (LINES - high);
        let log: Vec<Line<'_>> = lines[first..first + high]
            .iter()
            .map(|line| Line::raw(line.as_str()))
            .collect();
        frame.render_widget(Paragraph::new(log).block(Block::bordered()), below);
    };
    Times::of(frames, |number| shown.set(number), draw)
}

fn main() {
    let frames = std::env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(2_000);
    println!(
        "{}x{}, {PROCESSES} processes, {LINES} lines, {EVENTS} events, {frames} frames; ms",
        SIZE.0, SIZE.1
    );
    println!(
        "{:<42} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7} {:>7}",
        "", "median", "p99", "most", "CPU: half", "p99", "bytes", "of bare"
    );
    let bare = bare(frames);
    let limit = at(&bare.cpu, 0.5);
    bare.told("a bare ratatui table and log", limit);
    followed(frames).told("the session, an event a frame", limit);
    let output = [KeyCode::PageUp, KeyCode::PageUp, KeyCode::PageDown];
    keyed(frames, &output).told("… scrolling", limit);
    let steps = [KeyCode::Char(','), KeyCode::Char('<'), KeyCode::Char('.')];
    keyed(frames, &steps).told("… stepping back and forth", limit);
    let zoom = [KeyCode::Char('z'), KeyCode::Tab];
    keyed(frames, &zoom).told("… going through the panels, zoomed or not", limit);
}
