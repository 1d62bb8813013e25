//! The first line: the lesson, parameters that are not as usual, how the run stands.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::text::{clean, width};
use crate::trace::{Engine, StartMethod};
use crate::tui::app::App;
use crate::tui::words;

pub(super) fn draw(app: &App, frame: &mut Frame<'_>, rect: Rect) {
    let mut spans = vec![Span::styled(
        " forklore ",
        Style::new().add_modifier(Modifier::REVERSED),
    )];
    if app.course.lesson().is_none()
        && let Some(run) = &app.runs.current
    {
        let title = clean(&run.header.lesson);
        spans.push(Span::styled(format!(" {title} "), app.theme.heading()));
    }
    if let Some(lesson) = app.course.lesson() {
        let title = clean(lesson.manifest.title.get(app.lang));
        let place = match lesson.manifest.order {
            Some(order) => format!(" {order:02} {title} "),
            None => format!(" {title} "),
        };
        spans.push(Span::styled(place, app.theme.heading()));
    }
    spans.push(Span::styled(python(app), app.theme.heading()));
    spans.push(Span::styled(changed_params(app), app.theme.dim()));
    let left: usize = spans.iter().map(Span::width).sum();
    let right = status(app, usize::from(rect.width).saturating_sub(left));
    let room = usize::from(rect.width).saturating_sub(left + right.width());
    spans.push(Span::raw(" ".repeat(room)));
    spans.push(right);
    frame.render_widget(Line::from(spans), rect);
}

/// The Python that runs the program, or is to; nothing where it is the Rust twin.
fn python(app: &App) -> String {
    let (version, method) = match &app.runs.current {
        Some(run) if run.header.engine.engine() == Engine::Python => {
            let header = &run.header;
            (header.python.as_deref(), header.start_method.as_deref())
        }
        None if app.engine() == Engine::Python => {
            let python = app.python();
            let method = app.options.method.or(python.map(|python| python.method));
            (
                python.map(|python| python.version.as_str()),
                method.map(StartMethod::as_str),
            )
        }
        _ => return String::new(),
    };
    let words = ["python"].into_iter().chain(version).chain(method);
    let words: Vec<&str> = words.collect();
    format!("{} ", clean(&words.join(" ")))
}

/// Parameters that are not at their default.
fn changed_params(app: &App) -> String {
    let Some(lesson) = app.course.lesson() else {
        return String::new();
    };
    lesson
        .manifest
        .parameters
        .iter()
        .filter_map(|parameter| {
            let value = app.course.params.get(&parameter.name)?;
            (*value != parameter.default()).then(|| format!("{}={} ", parameter.name, value.repr()))
        })
        .collect()
}

/// How the run stands, in words; `room` columns for them.
fn status(app: &App, room: usize) -> Span<'static> {
    let lang = app.lang;
    let Some(run) = &app.runs.current else {
        let words = match app.course.slug {
            Some(_) => lang.phrase("tui.run-none"),
            None => "",
        };
        return Span::styled(words, app.theme.dim());
    };
    if run.is_unfinished() {
        return Span::styled(lang.phrase("tui.run-cut"), app.theme.bad());
    }
    match run.world().end() {
        Some(end) => {
            let words = lang.term("status", end.end.status.as_str());
            let good = end.end.status == crate::trace::RunStatus::Finished;
            Span::styled(
                format!(" {words} "),
                if good {
                    app.theme.good()
                } else {
                    app.theme.bad()
                },
            )
        }
        _ if run.is_recording() && !run.is_now() => {
            Span::styled(lang.phrase("tui.run-recording"), app.theme.warning())
        }
        _ if run.is_played_slowly() => {
            let time = words::seconds(run.end());
            let words = lang.tell("tui.run-slow", &[("time", &time)]);
            Span::styled(words, app.theme.warning())
        }
        _ if !run.is_now() => Span::styled(lang.phrase("tui.run-past"), app.theme.warning()),
        None if app.options.pace.is_some() && !run.paused => {
            let seed = run.header.seed.unwrap_or_default();
            let words = lang.tell("tui.run-drawn", &[("seed", &seed)]);
            let plain = || lang.phrase("tui.run-going").to_owned();
            let words = Some(words).filter(|words| width(words) <= room);
            Span::styled(words.unwrap_or_else(plain), app.theme.good())
        }
        None if run.paused => Span::styled(lang.phrase("tui.run-paused"), app.theme.warning()),
        None => Span::styled(lang.phrase("tui.run-going"), app.theme.good()),
    }
}
