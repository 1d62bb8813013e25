//! The outcomes this program can have: which one this run was, how often each comes by itself, how
//! many executions lead there. Choosing one plays its witness.

use ratatui::layout::Size;
use ratatui::text::{Line, Span};

use super::{Moves, Panel, PanelId, READABLE, Region, Rows};
use crate::text::{clean, truncate};
use crate::tui::app::App;
use crate::tui::markdown;
use crate::tui::outcomes::{Map, OutcomeFound, Stage};

pub(super) struct Outcomes;

/// Lines of the selected outcome that are shown.
const LINES: usize = 24;

impl Panel for Outcomes {
    fn title(&self) -> &'static str {
        "tui.panel-outcomes"
    }

    fn is_of_a_lesson(&self) -> bool {
        true
    }

    fn region(&self) -> Region {
        Region::Results
    }

    fn subtitle(&self, app: &App) -> Option<String> {
        let of = map(app)?.found.outcomes.len();
        let own = own(app).map_or_else(|| "-".to_owned(), |place| (place + 1).to_string());
        (of > 0).then(|| format!("{own}/{of}"))
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let wide = usize::from(size.width.min(READABLE));
        let head = head(app, wide);
        let lines = lines(app, wide);
        let room = usize::from(size.height).saturating_sub(head.len());
        let selected = selected(app);
        let of_it = |(place, _): &&(usize, Line<'static>)| Some(*place) == selected;
        let from = lines.iter().position(|line| of_it(&line)).unwrap_or(0);
        let to = from + lines.iter().filter(of_it).count();
        // The selected one is seen whole where there is room, from its beginning where there is not.
        let first = to.saturating_sub(room.max(1)).min(from);
        Rows {
            head,
            foot: Vec::new(),
            count: lines.len(),
            first,
            row: Box::new(move |row| {
                let line = lines.get(row);
                line.map_or_else(Line::default, |(_, line)| line.clone())
            }),
        }
    }

    fn moves(&self) -> Moves {
        Moves::Outcome
    }

    fn is_searched(&self) -> bool {
        true
    }

    fn copied(&self, app: &App) -> Option<String> {
        let outcome = map(app)?.found.outcomes.get(selected(app)?)?;
        Some(outcome.witness.to_string())
    }
}

fn map(app: &App) -> Option<&Map> {
    app.outcome_map(app.runs.current.as_ref()?)
}

/// The place of this run's outcome.
pub(crate) fn own(app: &App) -> Option<usize> {
    let run = app.runs.current.as_ref()?;
    map(app)?.place(run.results.outcome.as_deref()?)
}

/// The outcome that is selected: the run's own as long as none is.
pub(crate) fn selected(app: &App) -> Option<usize> {
    let count = map(app)?.found.outcomes.len();
    let place = app.panes.outcome.or_else(|| own(app)).unwrap_or(0);
    (count > 0).then(|| place.min(count - 1))
}

/// The outcome that Enter plays: the one the learner has selected, where this run was another.
pub(crate) fn playable(app: &App) -> Option<usize> {
    let here = app.panes.focus == PanelId::Outcomes && app.runs.stepped().is_none();
    let known = |place: &usize| {
        let outcome = map(app).and_then(|map| map.found.outcomes.get(*place));
        outcome.is_some_and(|outcome| !outcome.witness.steps.is_empty())
    };
    let chosen = app.panes.outcome.and(selected(app)).filter(known);
    chosen.filter(|place| here && Some(*place) != own(app))
}

/// The outcome a row is about.
pub(crate) fn at(app: &App, row: usize) -> Option<usize> {
    let wide = super::size(app, PanelId::Outcomes).width.min(READABLE);
    lines(app, usize::from(wide))
        .get(row)
        .map(|(place, _)| *place)
}

/// 'This was outcome 3 of 7', or none of those seen; nothing where that is not known.
pub(crate) fn sentence(app: &App) -> Option<String> {
    let map = map(app)?;
    let of = map.found.outcomes.len();
    let Some(place) = own(app) else {
        let run = app.runs.current.as_ref()?;
        let searched = of > 0 && !map.is_going() && run.results.outcome.is_some();
        return searched.then(|| app.lang.tell("tui.outcome-new", &[("of", &of)]));
    };
    let number = place + 1;
    Some(if map.found.complete {
        app.lang
            .tell("tui.outcome-own", &[("number", &number), ("of", &of)])
    } else {
        app.lang.tell(
            "tui.outcome-own-so-far",
            &[("number", &number), ("of", &of)],
        )
    })
}

fn head(app: &App, wide: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let mut words = Vec::new();
    match map(app) {
        None => words.push(lang.phrase("tui.outcomes-none").to_owned()),
        Some(map) => {
            words.extend(sentence(app));
            words.push(stage(app, map));
        }
    }
    let mut lines: Vec<Line<'static>> = words
        .iter()
        .flat_map(|words| markdown::wrapped(words, wide))
        .collect();
    if map(app).is_some() {
        lines.push(Line::default());
    }
    lines
}

/// How far the exploring is, and what may be concluded from it.
fn stage(app: &App, map: &Map) -> String {
    let found = &map.found;
    let lang = app.lang;
    let (outcomes, executions) = (&found.outcomes.len(), &found.executions);
    match (&found.stage, found.complete) {
        (Stage::Refused(why), _) => lang.tell("tui.outcomes-refused", &[("why", why)]),
        (Stage::Searching, _) => lang.tell(
            "tui.outcomes-searching",
            &[("outcomes", outcomes), ("executions", executions)],
        ),
        (Stage::Sampling, true) => lang.tell(
            "tui.outcomes-sampling",
            &[
                ("outcomes", outcomes),
                ("executions", executions),
                ("runs", &found.runs),
            ],
        ),
        (_, true) => lang.tell(
            "tui.outcomes-all",
            &[("outcomes", outcomes), ("executions", executions)],
        ),
        (_, false) => lang.tell(
            "tui.outcomes-so-far",
            &[("outcomes", outcomes), ("executions", executions)],
        ),
    }
}

/// Lines with the place of the outcome each is about.
fn lines(app: &App, wide: usize) -> Vec<(usize, Line<'static>)> {
    let Some(map) = map(app) else {
        return Vec::new();
    };
    let (own, selected) = (own(app), selected(app));
    let outcomes = map.found.outcomes.iter().enumerate();
    outcomes
        .flat_map(|(place, outcome)| {
            let marks = (own == Some(place), selected == Some(place));
            let lines = one(app, map, place, outcome, marks, wide);
            lines.into_iter().map(move |line| (place, line))
        })
        .collect()
}

fn one(
    app: &App,
    map: &Map,
    place: usize,
    outcome: &OutcomeFound,
    (own, selected): (bool, bool),
    wide: usize,
) -> Vec<Line<'static>> {
    let (theme, lang) = (app.theme, app.lang);
    let hand = if selected {
        theme.glyphs.pick("▸", ">")
    } else {
        " "
    };
    let mut parts = Vec::new();
    parts.extend(own.then(|| lang.phrase("tui.outcome-this").to_owned()));
    let deadlock = outcome.deadlock;
    parts.extend(deadlock.then(|| lang.phrase("tui.outcome-deadlock").to_owned()));
    parts.push(match outcome.executions {
        0 if outcome.witness.steps.is_empty() => lang.phrase("tui.outcome-ran").to_owned(),
        0 => lang.phrase("tui.outcome-drawn").to_owned(),
        n => lang.tell("tui.outcome-executions", &[("n", &n)]),
    });
    if map.found.runs > 0 {
        parts.push(lang.tell(
            "tui.outcome-seen",
            &[("n", &outcome.seen), ("runs", &map.found.runs)],
        ));
    }
    let words = format!("{}. {}", place + 1, parts.join(" · "));
    let style = match (deadlock, own) {
        (true, _) => theme.bad(),
        (false, true) => theme.good(),
        _ => theme.heading(),
    };
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (n, line) in markdown::wrapped(&words, wide.saturating_sub(2))
        .iter()
        .enumerate()
    {
        let hand = if n == 0 { hand } else { " " };
        lines.push(Line::from(Span::styled(format!("{hand} {line}"), style)));
    }
    let text: Vec<&str> = outcome.name.lines().collect();
    if text.is_empty() {
        let nothing = lang.phrase("tui.outcome-nothing");
        lines.push(Line::from(Span::styled(
            format!("    {nothing}"),
            theme.dim(),
        )));
    } else if selected {
        for line in text.iter().take(LINES) {
            for line in markdown::wrapped(&clean(line), wide.saturating_sub(4)) {
                lines.push(Line::from(format!("    {line}")));
            }
        }
        if let Some(more) = text.len().checked_sub(LINES + 1) {
            let words = lang.tell("tui.quiz-more-lines", &[("n", &(more + 1))]);
            lines.push(Line::from(Span::styled(
                format!("    {words}"),
                theme.dim(),
            )));
        }
    } else {
        let mark = theme.glyphs.pick(" ⏎ ", " / ");
        let text = clean(&text.join(mark)).into_owned();
        let text = truncate(&text, wide.saturating_sub(4)).into_owned();
        lines.push(Line::from(Span::styled(format!("    {text}"), theme.dim())));
    }
    lines
}
