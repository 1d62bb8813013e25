//! Damaged recordings in the front ends other than the exports: the output of `replay --headless`, and the
//! session's screen, viewed and played.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use forklore::check::{circumstances, evaluate};
use forklore::feed::{Abilities, Control, ControlError, Feed, FeedItem, Flaw};
use forklore::lesson::{Library, Params};
use forklore::model::World;
use forklore::report::{Printed, Style, ending, verdicts};
use forklore::sys::clock;
use forklore::text::{Depth, Lang, Paint};
use forklore::trace::{Batch, Event, Header};
use forklore::tui::{Offscreen, Recorded, Start, Started};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

thread_local! {
    static LIBRARY: Rc<Library> = Rc::new(Library::embedded().expect("the lessons are whole"));
}

/// Everything that the headless replay prints; it may contain no control character but the newline.
pub(crate) struct Headless {
    printed: Printed,
    style: Style,
    out: String,
    err: String,
}

impl Headless {
    pub(crate) fn new(lang: Lang) -> Headless {
        let style = Style {
            lang,
            paint: Paint::new(Depth::None),
            columns: None,
            pid_width: 5,
        };
        Headless {
            printed: Printed::new(style, true),
            style,
            out: String::new(),
            err: String::new(),
        }
    }

    pub(crate) fn after(&mut self, event: &Event, world: &World) {
        self.out.clear();
        self.printed
            .after(event, world, &mut self.out, &mut self.err);
        harmless(&self.out);
    }

    pub(crate) fn end(mut self, header: &Header, world: &World) {
        let library = LIBRARY.with(Rc::clone);
        let lesson = library.iter().find(|one| one.slug() == header.lesson);
        if let Some(lesson) = lesson {
            let parameters = &lesson.manifest.parameters;
            let params = Params::from_json(lesson.slug(), parameters, &header.params)
                .unwrap_or_else(|_| Params::defaults(parameters));
            let judged = evaluate(lesson, &params, &circumstances(header), world);
            verdicts(&self.style, &judged, &mut self.err);
        }
        self.err += &ending(&self.style, world);
        harmless(&self.err);
    }
}

fn harmless(text: &str) {
    let harm = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(harm, None, "{text:?}");
}

/// A recording that was read.
struct Read {
    batches: VecDeque<Batch>,
    flaw: Option<Flaw>,
}

impl Feed for Read {
    fn poll(&mut self, _: Instant) -> FeedItem {
        let next = self.batches.pop_front();
        next.map_or(FeedItem::End, FeedItem::Events)
    }

    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    fn control(&mut self, _: Control) -> Result<(), ControlError> {
        Err(ControlError::Over)
    }

    fn flaw(&self) -> Option<Flaw> {
        self.flaw.clone()
    }
}

/// The keys to press; the screen is drawn after each group.
const KEYS: &str =
    "ttt50%\n tt1s\n ,,,, <{{ }} ([ )] vvl Z z e- +i trelease\n n /1\n nN \t\t c f P L ? j e";

/// Opens the recording on the screen, plays it, steps through it, and draws every moment.
pub(crate) fn look(header: Header, batch: Batch, flaw: Option<Flaw>, size: (u16, u16)) {
    let recorded = Recorded {
        program: None,
        head: Vec::new(),
        speed: 64.0,
    };
    let feed = Read {
        batches: VecDeque::from([batch]),
        flaw,
    };
    let start = Start {
        recording: Some(Started {
            feed: Box::new(feed),
            header,
            recorded: Some(recorded),
        }),
        ..Start::new(LIBRARY.with(Rc::clone), Lang::Zh)
    };
    let mut screen = Offscreen::new(start, size);
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    let mut draw = |screen: &Offscreen| {
        terminal.draw(|frame| screen.draw(frame)).unwrap();
        for cell in terminal.backend().buffer().content() {
            harmless(cell.symbol());
        }
    };
    while screen.take_events(clock::instant()) {}
    draw(&screen);
    for key in KEYS.chars() {
        let code = match key {
            ' ' => {
                draw(&screen);
                continue;
            }
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            'Z' => KeyCode::Char(' '),
            key => KeyCode::Char(key),
        };
        screen.press(KeyEvent::new(code, KeyModifiers::NONE));
        screen.take_events(clock::instant());
    }
    draw(&screen);
}
