//! `forklore export FILE --to asciicast --screen`: the session's own screen while the recording plays.
//!
//! The screen is the tui's, drawn into memory; what changes from frame to frame becomes an asciicast's
//! output. A frame is drawn only when an event has come, and twenty times a second at most, so a film is
//! as long as what happens in it.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::cli::Stop;
use crate::cli::args::{ExportArgs, ThemeArg};
use crate::cli::context::Context;
use crate::cli::recording::{Recording, unreadable_words};
use crate::cli::{trace, words};
use crate::error::Code;
use crate::export::{Setting, cast};
use crate::feed::{Flaw, PlayHead};
use crate::replay::Ahead;
use crate::sys::clock;
use crate::tui::{Background, Offscreen, Recorded, Start, Started, Theme};

/// Shortest time between two frames of the film.
const FRAME: Duration = Duration::from_millis(50);
/// Before the first frame: no cursor, nothing on the screen.
const OPENING: &str = "\x1b[?25l\x1b[0m\x1b[2J\x1b[H";

/// Writes the film of a recording.
pub(super) fn write(
    context: &Context,
    recording: Recording,
    args: &ExportArgs,
    size: (u16, u16),
    setting: &Setting<'_>,
    output: &mut dyn Write,
) -> Result<Code, Stop> {
    let place = recording.place.clone();
    let mut session = session(context, recording, args, size)?;
    session.read();
    cast::head(setting, size, output)?;
    let pace = Pace::new(args.speed.unwrap_or(1.0), args.cut_idle);
    Film::new(size)?.run(&mut session, pace, output)?;
    output.flush()?;
    Ok(verdict(context, &place, &session))
}

fn session(
    context: &Context,
    recording: Recording,
    args: &ExportArgs,
    size: (u16, u16),
) -> Result<Offscreen, Stop> {
    let lang = context.lang;
    let reader = recording.reader;
    let header = reader.header().clone();
    let recorded = Recorded {
        head: reader.line().to_vec(),
        speed: args.speed.unwrap_or(1.0),
        program: trace::program_of(&header, args.source),
    };
    let feed = Ahead::new(reader).map_err(|error| context.no_thread(&error))?;
    let start = Start {
        theme: Theme {
            ground: match args.theme {
                ThemeArg::Light => Background::Light,
                ThemeArg::Auto | ThemeArg::Dark => Background::Dark,
            },
            // Players have grounds of their own; one that was asked for is kept everywhere.
            painted: !matches!(args.theme, ThemeArg::Auto),
            // What the header says of the terminal.
            ..Theme::default()
        },
        recording: Some(Started {
            feed: Box::new(feed.in_words(move |why| words::reading(lang, why))),
            header,
            recorded: Some(recorded),
        }),
        ..Start::new(Rc::new(context.library()?), lang)
    };
    Ok(Offscreen::new(start, size))
}

/// Says what the recording lacks, as the other exports do.
fn verdict(context: &Context, place: &str, session: &Offscreen) -> Code {
    let lang = context.lang;
    let (events, ended) = session.extent();
    match session.flaw() {
        Some(Flaw::Damaged(why)) => {
            let told = unreadable_words(context, place, &why);
            let remedy = lang.tell("replay.until-here", &[("events", &events)]);
            context.tell(&told.remedy(remedy));
        }
        Some(Flaw::Large) => {
            context.tell(&lang.tell("tui.flaw-large", &[("events", &events)]));
        }
        // Said of a run alone.
        Some(Flaw::Unrecorded(why)) => context.tell(&why),
        Some(Flaw::Torn) => context.tell(&lang.phrase("replay.torn")),
        None if !ended => context.tell(&lang.phrase("replay.no-end")),
        None => return Code::Fine,
    }
    Code::Unreadable
}

/// From times of the run to times of the film: a play head, and a clock that goes as the film does.
#[derive(Debug, Clone, Copy)]
struct Pace {
    head: PlayHead,
    begun: Instant,
    now: Instant,
}

impl Pace {
    fn new(speed: f64, cut: bool) -> Pace {
        let begun = clock::instant();
        let mut head = PlayHead::new(speed);
        head.cut_waits(cut);
        head.play_from(begun, 0);
        Pace {
            head,
            begun,
            now: begun,
        }
    }

    /// The moment of the film, ns.
    fn film(&self) -> i64 {
        let passed = self.now.saturating_duration_since(self.begun);
        i64::try_from(passed.as_nanos()).unwrap_or(i64::MAX)
    }

    /// The run has come to `t`.
    fn advance(&mut self, t: i64) {
        // Where waits are cut, the head jumps over the most of a long one.
        if !self.head.reaches(self.now, t)
            && let Some(then) = self.head.when(t)
        {
            self.now = self.now.max(then);
        }
    }

    /// The moment of the frame that shows an event of `t`: at once, or as soon as one may follow the last.
    fn frame(&self, t: i64) -> i64 {
        let last = self.head.at(self.now);
        t.max(self.head.at(self.now + FRAME).max(last.saturating_add(1)))
    }
}

/// What a terminal is sent.
#[derive(Debug, Clone, Default)]
struct Sent(Rc<RefCell<Vec<u8>>>);

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal in memory, and what it was shown last.
struct Film {
    terminal: Terminal<CrosstermBackend<Sent>>,
    sent: Sent,
    shown: Option<Buffer>,
}

impl Film {
    fn new((columns, rows): (u16, u16)) -> io::Result<Film> {
        // The film is in colour wherever it is made.
        crossterm::style::force_color_output(true);
        let sent = Sent::default();
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, columns, rows)),
        };
        Ok(Film {
            terminal: Terminal::with_options(CrosstermBackend::new(sent.clone()), options)?,
            sent,
            shown: None,
        })
    }

    /// Plays the recording that was read from its beginning to its end.
    fn run(
        &mut self,
        session: &mut Offscreen,
        mut pace: Pace,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let mut marks = marks(session).into_iter().peekable();
        cast::event(0, "o", OPENING, output)?;
        self.frame(session, pace.film(), output)?;
        while let Some(due) = session.next_due() {
            let at = pace.frame(due);
            session.play_to(at);
            pace.advance(at);
            self.frame(session, pace.film(), output)?;
            // Who goes to a mark sees the frame it is in.
            while let Some((_, name)) = marks.next_if(|(t, _)| *t <= at) {
                cast::event(pace.film(), "m", &name, output)?;
            }
        }
        // The terminal goes back to its owner, the film's last picture stays.
        let (_, rows) = self.size();
        let closing = format!("\x1b[0m\x1b[{rows};1H\x1b[?25h");
        cast::event(pace.film(), "o", &closing, output)
    }

    fn size(&mut self) -> (u16, u16) {
        let area = self.terminal.get_frame().area();
        (area.width, area.height)
    }

    /// Draws a frame, and writes it where anything in it is other than in the last one.
    fn frame(&mut self, session: &Offscreen, at: i64, output: &mut dyn Write) -> io::Result<()> {
        let drawn = self.terminal.draw(|frame| session.draw(frame))?;
        let changed = self.shown.as_ref() != Some(drawn.buffer);
        if changed {
            self.shown = Some(drawn.buffer.clone());
        }
        let bytes = std::mem::take(&mut *self.sent.0.borrow_mut());
        if changed {
            cast::event(at, "o", &String::from_utf8_lossy(&bytes), output)?;
        }
        Ok(())
    }
}

/// Every mark with the moment the play head passes it.
fn marks(session: &Offscreen) -> Vec<(i64, String)> {
    let (mut now, mut marks) = (0, Vec::new());
    session.each_event(&mut |event| {
        now = event.t.max(now);
        if let Some(name) = cast::mark(&event.kind) {
            marks.push((now, name));
        }
    });
    marks
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use ratatui::style::Color;

    use super::{Film, Pace};
    use crate::cli::examples;
    use crate::lesson::Library;
    use crate::replay::Ahead;
    use crate::text::Lang;
    use crate::trace::{Reader, uncompressed};
    use crate::tui::{Background, Offscreen, Recorded, Start, Started, Theme};

    fn session(lesson: &str, lang: Lang, size: (u16, u16), painted: bool) -> Offscreen {
        let bytes = std::io::Cursor::new(examples::find(lesson).unwrap());
        let reader = Reader::new(uncompressed(bytes).unwrap()).unwrap();
        let header = reader.header().clone();
        let recorded = Recorded {
            head: reader.line().to_vec(),
            speed: 1.0,
            program: None,
        };
        let mut session = Offscreen::new(
            Start {
                theme: Theme {
                    ground: Background::Light,
                    painted,
                    ..Theme::default()
                },
                recording: Some(Started {
                    feed: Box::new(Ahead::new(reader).unwrap()),
                    header,
                    recorded: Some(recorded),
                }),
                ..Start::new(Rc::new(Library::embedded().unwrap()), lang)
            },
            size,
        );
        session.read();
        session
    }

    fn colour(colour: Color) -> vt100::Color {
        match colour {
            Color::Indexed(n) => vt100::Color::Idx(n),
            _ => vt100::Color::Default,
        }
    }

    /// A film's last picture, drawn by a terminal, cell by cell.
    #[test]
    fn a_terminal_shows_the_last_frame() {
        let sizes = [(80, 24), (120, 40), (200, 60)];
        for (lesson, lang) in [
            ("lock", Lang::Zh),
            ("pool-async", Lang::En),
            ("queue", Lang::Zh),
        ] {
            for (size, painted) in sizes.into_iter().zip([false, true, false]) {
                let mut session = session(lesson, lang, size, painted);
                let mut film = Film::new(size).unwrap();
                let mut text = Vec::new();
                film.run(&mut session, Pace::new(1.0, false), &mut text)
                    .unwrap();
                let mut terminal =
                    vt100::Parser::new(size.1.try_into().unwrap(), size.0.try_into().unwrap(), 0);
                for line in String::from_utf8(text).unwrap().lines() {
                    let (_, code, data): (f64, String, String) =
                        serde_json::from_str(line).unwrap();
                    if code == "o" {
                        terminal.process(data.as_bytes());
                    }
                }
                let shown = film.shown.unwrap();
                for (place, cell) in shown.content.iter().enumerate() {
                    let (row, column) = (place / usize::from(size.0), place % usize::from(size.0));
                    let (row, column) =
                        (u16::try_from(row).unwrap(), u16::try_from(column).unwrap());
                    let seen = terminal.screen().cell(row, column).unwrap();
                    if seen.is_wide_continuation() {
                        continue;
                    }
                    let letter = if seen.has_contents() {
                        seen.contents()
                    } else {
                        " "
                    };
                    let at = format!("{lesson} {size:?} row {row} column {column}");
                    assert_eq!(letter, cell.symbol(), "{at}");
                    assert_eq!(seen.bgcolor(), colour(cell.bg), "{at}");
                    if letter != " " {
                        assert_eq!(seen.fgcolor(), colour(cell.fg), "{at}");
                    }
                }
                assert!(!terminal.screen().hide_cursor());
            }
        }
    }

    #[test]
    fn idle_time_is_cut_and_speed_divides_what_is_left() {
        let mut pace = Pace::new(2.0, true);
        pace.advance(100_000_000);
        assert_eq!(pace.film(), 50_000_000);
        pace.advance(9_000_000_000);
        assert_eq!(pace.film(), 200_000_000);
        // The next frame is a twentieth of a second of film away, or with its event.
        assert_eq!(pace.frame(9_000_000_001), 9_100_000_000);
        assert_eq!(pace.frame(9_500_000_000), 9_500_000_000);
    }
}
