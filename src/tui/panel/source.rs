//! The program, Python or its Rust twin: syntax in colour, and every live process at its line.
//!
//! Where a process is comes from the World (`program.rs:12`); the twin's lines lead to each other by
//! the `// py:12` marks of the Rust program.

use ratatui::layout::Size;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::{Panel, PanelId, Region, Rows, TextLines};
use crate::lesson::Lesson;
use crate::model::Process;
use crate::text::{clean, cut};
use crate::trace::OpName;
use crate::tui::app::App;
use crate::tui::choosing;
use crate::tui::host::Program;
use crate::tui::markdown;
use crate::tui::panes::Twin;
use crate::tui::theme::Theme;

pub(super) struct Source;

impl Panel for Source {
    fn title(&self) -> &'static str {
        "tui.panel-source"
    }

    fn region(&self) -> Region {
        Region::Program
    }

    fn subtitle(&self, app: &App) -> Option<String> {
        Some(file(app).to_owned())
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let lines: Vec<&str> = text(app).lines().collect();
        let place = app.panes.place(PanelId::Source);
        let standing = standing(app);
        let chosen = choosing::chosen(app);
        let goes = |(_, process): &&(usize, &Process)| Some(process.proc) == chosen;
        let seen: Vec<(usize, &Process)> = standing.iter().filter(goes).copied().collect();
        let seen = if seen.is_empty() { &standing } else { &seen };
        let wide = usize::from(size.width);
        Rows {
            head: unread(app).map_or_else(Vec::new, |words| markdown::wrapped(&words, wide)),
            foot: Vec::new(),
            count: lines.len(),
            first: first_line(place.top, lines.len(), usize::from(size.height), seen),
            row: Box::new(move |row| {
                let text = lines.get(row).copied().unwrap_or_default();
                let here = standing.iter().filter(|(line, _)| *line == row + 1);
                let here: Vec<&Process> = here.map(|(_, process)| *process).collect();
                let goes = here.iter().any(|process| Some(process.proc) == chosen);
                let code = cut(&clean(text), place.left, wide.saturating_sub(8));
                let line = line(app, row + 1, &code, &here);
                if goes {
                    // Where the next step is taken.
                    line.style(app.theme.selected())
                } else {
                    line
                }
            }),
        }
    }

    fn is_searched(&self) -> bool {
        true
    }

    fn lines<'a>(&self, app: &'a App) -> Option<TextLines<'a>> {
        let lines: Vec<&str> = text(app).lines().collect();
        Some(TextLines {
            count: lines.len(),
            line: Box::new(move |index| lines.get(index).copied().unwrap_or_default().to_owned()),
        })
    }

    fn copied(&self, app: &App) -> Option<String> {
        Some(text(app).to_owned())
    }
}

/// The text of the twin that is shown.
fn text(app: &App) -> &str {
    match (app.course.lesson(), app.panes.twin) {
        (Some(lesson), Twin::Rust) => lesson.files.rust.as_deref().unwrap_or(&lesson.files.python),
        (Some(lesson), Twin::Python) => &lesson.files.python,
        (None, _) => own(app).map_or("", |program| &program.text),
    }
}

/// The program of a recording that is of no lesson.
fn own(app: &App) -> Option<&Program> {
    let run = app
        .runs
        .current
        .as_ref()
        .filter(|_| app.course.lesson().is_none())?;
    let read = run.recorded.as_ref();
    let read = read.and_then(|recorded| recorded.program.as_ref());
    read.or(app.program.as_ref())
}

/// Why nothing is shown: the program of a recording is read only where the user asked for it.
fn unread(app: &App) -> Option<String> {
    let run = app.runs.current.as_ref();
    let run = run.filter(|_| app.course.lesson().is_none() && own(app).is_none())?;
    let named = run.is_recording() && !run.header.argv.is_empty();
    named.then(|| app.lang.phrase("tui.source-unread").to_owned())
}

fn file(app: &App) -> &str {
    if let Some(program) = own(app) {
        return &program.name;
    }
    let has_rust = app
        .course
        .lesson()
        .is_some_and(|lesson| lesson.files.rust.is_some());
    if app.panes.twin == Twin::Rust && has_rust {
        "program.rs"
    } else {
        "program.py"
    }
}

/// A line with its number, its code in colour and the processes that stand there.
fn line(app: &App, number: usize, code: &str, here: &[&Process]) -> Line<'static> {
    let mut spans = vec![gutter(app.theme, number, here)];
    spans.extend(coloured(code, file(app) == "program.rs", app.theme));
    if let Some(first) = here.first() {
        let pids = here.iter().take(6).map(|process| process.pid.to_string());
        let pids: Vec<String> = pids.collect();
        spans.push(Span::styled(
            format!("  {} {}", app.theme.glyphs.pick("◂", "<"), pids.join(" ")),
            app.theme.process(first.colour()),
        ));
    }
    Line::from(spans)
}

/// The first line shown: where it was scrolled to, or so that a moving process is seen.
fn first_line(top: usize, count: usize, high: usize, standing: &[(usize, &Process)]) -> usize {
    let last = count.saturating_sub(high);
    if top > 0 {
        return top.min(last);
    }
    standing
        .iter()
        .map(|(line, _)| *line)
        .max()
        .map_or(0, |line| {
            line.saturating_add(2).saturating_sub(high).min(last)
        })
}

/// Live processes with the line they stand at, in the twin that is shown.
fn standing(app: &App) -> Vec<(usize, &Process)> {
    let shown = file(app);
    let lesson = app.course.lesson();
    let python = lesson.map_or_else(Vec::new, Lesson::python_lines);
    app.world()
        .processes()
        .filter(|process| process.is_alive())
        .filter_map(|process| {
            let (name, line) = place(process)?.rsplit_once(':')?;
            let line: usize = line.parse().ok()?;
            let line = match (name, shown) {
                ("program.rs", "program.py") => (*python.get(line.checked_sub(1)?)?)?,
                (name, shown) if name == shown => line,
                _ => return None,
            };
            Some((line, process))
        })
        .collect()
}

/// Where a process is: at the operation it is in or about to do, else behind the last one that told its
/// line. A process that joins a child without a line has run to its end, and is nowhere in the program.
fn place(process: &Process) -> Option<&str> {
    let pending = process.pending().map(|pending| &pending.op);
    match pending {
        Some(op) if op.op == OpName::Join && op.at.is_none() => None,
        Some(op) => op.at.as_deref().or(process.at.as_deref()),
        None => process.at.as_deref(),
    }
}

fn gutter(theme: Theme, number: usize, here: &[&Process]) -> Span<'static> {
    match here {
        [] => Span::styled(format!("{number:>4}   "), theme.dim()),
        [one] => Span::styled(
            format!("{number:>4} {} ", theme.glyphs.pick("▶", ">")),
            theme.process(one.colour()).add_modifier(Modifier::BOLD),
        ),
        [first, rest @ ..] => {
            let count = (rest.len() + 1).min(9);
            Span::styled(
                format!("{number:>4} {count} "),
                theme.process(first.colour()).add_modifier(Modifier::BOLD),
            )
        }
    }
}

const PYTHON: &[&str] = &[
    "and", "as", "def", "elif", "else", "except", "False", "finally", "for", "from", "global",
    "if", "import", "in", "is", "lambda", "None", "not", "or", "pass", "return", "True", "try",
    "while", "with", "yield", "raise", "class",
];
const RUST: &[&str] = &[
    "as", "const", "crate", "else", "enum", "false", "fn", "for", "if", "impl", "in", "let",
    "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self", "static",
    "struct", "super", "true", "type", "use", "while",
];

/// One line of a program as coloured spans: comments, strings, numbers, keywords.
fn coloured(line: &str, rust: bool, theme: Theme) -> Vec<Span<'static>> {
    let (comment, keywords) = if rust { ("//", RUST) } else { ("#", PYTHON) };
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (length, style) = if rest.starts_with(comment) {
            (rest.len(), theme.dim())
        } else if first == '"' || (first == '\'' && !rust) {
            (quoted(rest, first), theme.string())
        } else if first.is_ascii_digit() {
            (
                run(rest, |c| c.is_ascii_alphanumeric() || c == '.' || c == '_'),
                theme.number(),
            )
        } else if first.is_alphabetic() || first == '_' {
            let length = run(rest, |c| c.is_alphanumeric() || c == '_');
            let style = if keywords.contains(&&rest[..length]) {
                theme.keyword()
            } else {
                Style::new()
            };
            (length, style)
        } else {
            (first.len_utf8(), Style::new())
        };
        spans.push(Span::styled(rest[..length].to_owned(), style));
        rest = &rest[length..];
    }
    spans
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Length of a quoted text, its quotes included; to the end of the line where it is not closed.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
