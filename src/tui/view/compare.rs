//! Two runs side by side on one time axis: lanes, output, how long, how many worked at once.
//!
//! Whatever is said is read from the two Worlds. Where there is room the runs stand beside each
//! other, else one above the other.

use std::fmt::Write as _;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};

use super::framed::{ASCII, draw_lines};
use crate::compare;
use crate::model::{Body, World};
use crate::text::{Lang, clean};
use crate::tui::app::App;
use crate::tui::markdown;
use crate::tui::panel::output;
use crate::tui::panel::timeline::{Axis, Window};
use crate::tui::run::RunView;
use crate::tui::theme::Glyphs;
use crate::tui::words;

/// What is compared of a run.
#[derive(Debug, Clone, PartialEq)]
struct Figures {
    name: String,
    /// How long it took, or has been going, ns.
    time: i64,
    over: bool,
    /// Workers that ran a task at the same time, at most; `None` without a pool.
    most_busy: Option<u64>,
    processes: usize,
}

/// Of the moment that is looked at, or of the whole run.
fn figures(app: &App, run: &RunView, world: &World) -> Figures {
    let pools = world.objects().filter_map(|object| match &object.body {
        Body::Pool(pool) => Some(pool.most_busy),
        _ => None,
    });
    Figures {
        name: name(app, run),
        time: world.end().map_or(world.now(), |end| end.t),
        over: world.end().is_some(),
        most_busy: pools.max(),
        processes: world.process_count(),
    }
}

/// The lesson's slug, and what of its parameters is not as usual.
fn name(app: &App, run: &RunView) -> String {
    let mut name = clean(&run.header.lesson).into_owned();
    let Some(lesson) = app.course.lesson_of(&run.header.lesson) else {
        return name;
    };
    for parameter in &lesson.manifest.parameters {
        let value = run.params.get(&parameter.name);
        if let Some(value) = value.filter(|value| **value != parameter.default()) {
            // Writing to a String does not fail.
            let _ = write!(name, " {}={}", parameter.name, value.repr());
        }
    }
    name
}

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let (Some(one), Some(other)) = (&app.runs.previous, &app.runs.current) else {
        return;
    };
    let whole = [one, other].map(|run| figures(app, run, run.whole()));
    let said = sentence(app.lang, &whole[0], &whole[1]);
    let wide = usize::from(area.width).saturating_sub(2);
    let mut said = markdown::wrapped(&said, wide);
    let parted = app.runs.difference.as_ref();
    let parted: Option<Vec<String>> = parted.map(|it| compare::told(app.lang, it));
    for line in parted.unwrap_or_default() {
        said.extend(markdown::wrapped(&line, wide));
    }
    let high = u16::try_from(said.len()).unwrap_or(1);
    let [head, body, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(high),
    ])
    .areas(area);
    let title = format!(" {} ", app.lang.phrase("tui.compare-title"));
    frame.render_widget(Line::from(Span::styled(title, app.theme.heading())), head);
    let halves = if area.width >= 110 {
        Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas::<2>(body)
    } else {
        Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas::<2>(body)
    };
    let (head_at, end) = app.runs.times();
    let window = app.panes.viewport.window(end, head_at);
    for (run, rect) in [one, other].into_iter().zip(halves) {
        half(app, frame, run, window, rect);
    }
    let said = said.into_iter().map(|line| line.style(app.theme.good()));
    draw_lines(frame, foot.inner(Margin::new(1, 0)), said);
}

fn half(app: &App, frame: &mut Frame<'_>, run: &RunView, window: Window, rect: Rect) {
    let world = run.world();
    let figures = figures(app, run, world);
    let block = Block::bordered()
        .border_type(match app.theme.glyphs {
            Glyphs::Unicode => BorderType::Rounded,
            Glyphs::Ascii => BorderType::Plain,
        })
        .border_style(app.theme.border(false))
        .title(format!(" {} ", figures.name));
    let block = if app.theme.glyphs == Glyphs::Ascii {
        block.border_set(ASCII)
    } else {
        block
    };
    let inner = block.inner(rect);
    frame.render_widget(block, rect);
    let lanes = u16::try_from(world.process_count() + 1).unwrap_or(u16::MAX);
    let lanes = lanes.min(inner.height / 2 + 1);
    let [told, chart, text] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(lanes),
        Constraint::Min(0),
    ])
    .areas(inner);
    frame.render_widget(summary(app, world, &figures), told);
    let axis = Axis {
        world,
        theme: app.theme,
        window,
        head: (!app.runs.are_now()).then(|| app.runs.times().0),
        selected: None,
    };
    draw_lines(frame, chart, axis.lines(chart));
    draw_lines(frame, text, output::tail(app, world, text));
}

/// Total time and the greatest number of workers busy at once.
fn summary(app: &App, world: &World, figures: &Figures) -> Line<'static> {
    let time = words::seconds(figures.time);
    let mut text = match figures.most_busy {
        Some(most) => app.lang.tell(
            "tui.compare-pool",
            &[
                ("time", &time),
                ("most", &most),
                ("lines", &world.log().end()),
            ],
        ),
        None => app.lang.tell(
            "tui.compare-plain",
            &[
                ("time", &time),
                ("n", &figures.processes),
                ("lines", &world.log().end()),
            ],
        ),
    };
    let style = if figures.over {
        Style::new()
    } else {
        text += app.lang.phrase("tui.compare-so-far");
        app.theme.warning()
    };
    Line::from(Span::styled(text, style))
}

/// What differs, in a sentence.
fn sentence(lang: Lang, one: &Figures, other: &Figures) -> String {
    match (one.over, other.over) {
        (true, true) => {}
        (false, false) => return lang.phrase("tui.compare-going").to_owned(),
        (one_is, _) => {
            let (done, other) = if one_is { (one, other) } else { (other, one) };
            let time = words::seconds(done.time);
            return lang.tell(
                "tui.compare-one",
                &[
                    ("done", &done.name),
                    ("time", &time),
                    ("other", &other.name),
                ],
            );
        }
    }
    let (quick, slow) = if one.time <= other.time {
        (one, other)
    } else {
        (other, one)
    };
    let (a, b) = (words::seconds(quick.time), words::seconds(slow.time));
    if slow.time - quick.time < slow.time / 20 {
        return lang.tell(
            "tui.compare-alike",
            &[("a", &one.name), ("b", &other.name), ("time", &b)],
        );
    }
    let busy = (quick.most_busy, slow.most_busy);
    if let (Some(many), Some(few)) = busy
        && many > few
    {
        return lang.tell(
            "tui.compare-busy",
            &[
                ("quick", &quick.name),
                ("slow", &slow.name),
                ("a", &a),
                ("b", &b),
                ("many", &many),
                ("few", &few),
            ],
        );
    }
    lang.tell(
        "tui.compare-time",
        &[
            ("quick", &quick.name),
            ("slow", &slow.name),
            ("a", &a),
            ("b", &b),
        ],
    )
}
