//! Who can go next: each unfinished process, its next operation, whether it can go or what it waits for.
//!
//! The learner is the scheduler here. The schedule so far stands below, to be copied.

use ratatui::layout::Size;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Moves, Panel, PanelId, Region, Rows};
use crate::text::{clean, fit, truncate, width};
use crate::tui::app::App;
use crate::tui::choosing::{self, Candidate, Prospect, candidates};
use crate::tui::markdown;
use crate::tui::run::RunView;
use crate::tui::words;

pub(super) struct Choices;

/// Columns of a process's name and of its operation, at most; longer operations stand out.
const NAME: usize = 17;
const OPERATION: usize = 26;

impl Panel for Choices {
    fn title(&self) -> &'static str {
        "tui.panel-choices"
    }

    fn is_of_a_lesson(&self) -> bool {
        true
    }

    fn region(&self) -> Region {
        Region::Choice
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let wide = usize::from(size.width);
        let lines = lines(app, wide);
        let foot = foot(app, wide);
        let head = head(app, wide);
        let room = usize::from(size.height).saturating_sub(head.len() + foot.len());
        let chosen = choosing::chosen(app);
        let row = lines.iter().rposition(|(proc, _)| Some(*proc) == chosen);
        let top = row.map_or(app.panes.place(PanelId::Choices).top, |row| {
            (row + 1).saturating_sub(room.max(1))
        });
        Rows {
            head,
            foot,
            count: lines.len(),
            first: top.min(lines.len().saturating_sub(room)),
            row: Box::new(move |row| {
                let line = lines.get(row);
                line.map_or_else(Line::default, |(_, line)| line.clone())
            }),
        }
    }

    fn moves(&self) -> Moves {
        Moves::Selection
    }

    fn process_at(&self, app: &App, row: usize) -> Option<u32> {
        let wide = usize::from(super::size(app, PanelId::Choices).width);
        lines(app, wide).get(row).map(|(proc, _)| *proc)
    }

    fn copied(&self, app: &App) -> Option<String> {
        choosing::schedule(app).map(|schedule| schedule.to_string())
    }
}

/// How it stands, in a sentence or two.
fn head(app: &App, wide: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let live = app.runs.current.as_ref().filter(|run| run.is_live());
    let words = match (live, choosing::way(app)) {
        (None, _) if app.options.manual => lang.phrase("tui.choices-next-run").to_owned(),
        (None, _) => lang.phrase("tui.choices-none").to_owned(),
        (Some(run), _) if !run.is_now() => lang.phrase("tui.choices-past").to_owned(),
        (Some(_), Some(way)) => lang.tell(
            "tui.choices-follows",
            &[("n", &(way.done + 1)), ("of", &way.of)],
        ),
        (Some(run), None) if run.stepped => stepped(app, run),
        (Some(_), None) if app.options.pace.is_some() => drawn(app),
        (Some(run), None) if run.paused => lang.phrase("tui.choices-paused").to_owned(),
        (Some(_), None) => lang.phrase("tui.choices-open").to_owned(),
    };
    markdown::wrapped(&words, wide)
}

fn stepped(app: &App, run: &RunView) -> String {
    let able = candidates(run.world())
        .into_iter()
        .filter(|one| one.prospect.takes_a_step() && one.prospect != Prospect::BeginsToWait);
    match able.count() {
        0 => app.lang.phrase("tui.choices-nobody").to_owned(),
        n => app.lang.tell("tui.choices-able", &[("n", &n)]),
    }
}

/// What is true of slow motion.
fn drawn(app: &App) -> String {
    let seed = app.runs.current.as_ref().and_then(|run| run.header.seed);
    let seed = seed.unwrap_or_default();
    app.lang.tell("tui.choices-drawn", &[("seed", &seed)])
}

/// The lines with the process each is about.
fn lines(app: &App, wide: usize) -> Vec<(u32, Line<'static>)> {
    let gated = app.runs.current.as_ref().is_some_and(|run| {
        run.is_live() && (run.stepped || run.paused || app.options.pace.is_some())
    });
    if !gated {
        return Vec::new();
    }
    let candidates = candidates(app.world());
    let names = candidates.iter().map(|one| width(&one.process.name)).max();
    let name = names.unwrap_or(0).min(NAME);
    let operations = candidates.iter().map(|one| width(&operation(app, one)));
    let columns = (name, operations.max().unwrap_or(0).min(OPERATION));
    let chosen = choosing::chosen(app);
    let lines = candidates.iter().enumerate();
    lines
        .flat_map(|(index, one)| {
            let proc = one.process.proc;
            let lines = row(app, index, one, columns, wide, chosen == Some(proc));
            lines.into_iter().map(move |line| (proc, line))
        })
        .collect()
}

fn row(
    app: &App,
    index: usize,
    one: &Candidate<'_>,
    (name, what_wide): (usize, usize),
    wide: usize,
    chosen: bool,
) -> Vec<Line<'static>> {
    let theme = app.theme;
    let number = match index {
        0..9 => (index + 1).to_string(),
        _ => " ".to_owned(),
    };
    let hand = if chosen {
        theme.glyphs.pick("▸", ">")
    } else {
        " "
    };
    let who = fit(&clean(&one.process.name), name);
    let head = format!("{number}{hand} {who} ");
    let what = operation(app, one);
    let how = prospect(app, one);
    let style = match one.prospect {
        Prospect::Goes | Prospect::Wakes => theme.good(),
        Prospect::TimesOut | Prospect::BeginsToWait | Prospect::Waits => theme.warning(),
        Prospect::Busy => theme.dim(),
    };
    let head = Span::styled(head, theme.process(one.process.colour()));
    let room = wide.saturating_sub(head.width());
    let column = width(&what).max(what_wide) + 2;
    let mut lines = if column + width(&how) <= room {
        let what = Span::raw(fit(&what, column));
        vec![Line::from(vec![head, what, Span::styled(how, style)])]
    } else {
        // Beside the operation it would be cut.
        let what = Span::raw(truncate(&what, room).into_owned());
        let mut lines = vec![Line::from(vec![head, what])];
        for line in markdown::wrapped(&how, wide.saturating_sub(4)) {
            lines.push(Line::from(Span::styled(format!("    {line}"), style)));
        }
        lines
    };
    if chosen {
        lines = lines
            .into_iter()
            .map(|line| line.patch_style(selected(app)))
            .collect();
    }
    lines
}

fn selected(app: &App) -> Style {
    app.theme.selected()
}

fn operation(app: &App, one: &Candidate<'_>) -> String {
    let pending = one.process.pending();
    pending.map_or_else(String::new, |pending| {
        words::operation(app.world(), &pending.op)
    })
}

/// What a step would do.
fn prospect(app: &App, one: &Candidate<'_>) -> String {
    let (lang, world) = (app.lang, app.world());
    let waiting = || {
        let pending = one.process.pending();
        pending.map_or_else(String::new, |pending| {
            words::waiting(lang, world, pending, 40)
        })
    };
    match one.prospect {
        Prospect::Goes => lang.phrase("tui.choice-goes").to_owned(),
        Prospect::Wakes => lang.phrase("tui.choice-wakes").to_owned(),
        Prospect::TimesOut => lang.phrase("tui.choice-times-out").to_owned(),
        Prospect::BeginsToWait if app.runs.stepped().is_some() => {
            lang.tell("tui.choice-begins", &[("waiting", &waiting())])
        }
        Prospect::BeginsToWait | Prospect::Waits => {
            lang.tell("tui.choice-waits", &[("waiting", &waiting())])
        }
        Prospect::Busy => lang.phrase("tui.choice-busy").to_owned(),
    }
}

/// The schedule so far: its beginning and its end where it is long.
fn foot(app: &App, wide: usize) -> Vec<Line<'static>> {
    let Some(schedule) = choosing::schedule(app).filter(|schedule| !schedule.steps.is_empty())
    else {
        return Vec::new();
    };
    let steps = schedule.steps.len();
    let words = app.lang.tell("tui.choices-schedule", &[("n", &steps)]);
    let mut lines: Vec<Line<'static>> = markdown::wrapped(&words, wide)
        .into_iter()
        .map(|line| line.style(app.theme.dim()))
        .collect();
    let code = schedule.to_string();
    let code = if code.len() > wide {
        let head = code.find(':').map_or(0, |colon| colon + 1).min(wide / 2);
        let tail = code.len() - (wide.saturating_sub(head + 1));
        format!(
            "{}…{}",
            &code[..head],
            &code[code.ceil_char_boundary(tail)..]
        )
    } else {
        code
    };
    lines.push(Line::from(Span::styled(code, app.theme.heading())));
    lines
}
