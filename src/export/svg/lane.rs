//! A lane: what one process did, with what it waited for written where there is room.

use std::fmt::Write as _;

use super::axis::Scale;
use super::{EDGE, LANE, SPANS, escaped};
use crate::model::{Activity, Process, Span, World};
use crate::text::{Lang, clean, truncate, width};
use crate::trace::{Exit, Role};

/// Pixels from a lane's top: the middle of what is drawn, where labels stand, where names do.
const MIDDLE: usize = LANE / 2 + 3;
const LABEL: usize = 10;
const NAME: usize = MIDDLE + 4;
/// Pixels of a column of a label, about.
const COLUMN: f64 = 5.5;
/// Columns a label is cut to, at least and at most.
const SHORTEST: usize = 8;
const LONGEST: usize = 40;

/// What can be drawn, with its height: heights tell apart what colours may not.
pub(super) const HEIGHTS: [(&str, usize); 7] = [
    ("running", 14),
    ("idle", 2),
    ("sleeping", 4),
    ("waiting", 8),
    ("child", 8),
    ("gate", 4),
    ("task", 14),
];

/// Pixels from top to bottom.
pub(super) fn height(class: &str) -> usize {
    let known = HEIGHTS.iter().find(|(name, _)| *name == class);
    known.map_or(4, |(_, high)| *high)
}

/// A stretch of a lane as it is drawn.
struct Stretch<'a> {
    class: &'static str,
    from: i64,
    to: i64,
    /// What it is on.
    what: &'a str,
}

/// Lanes being drawn.
pub(super) struct Lanes<'a> {
    pub(super) world: &'a World,
    pub(super) lang: Lang,
    pub(super) scale: Scale,
    pub(super) spans: usize,
    /// Classes that were drawn.
    pub(super) drawn: Vec<&'static str>,
    /// From where to where words stand over the lane that is drawn; few, since none is over another.
    pub(super) labels: Vec<(f64, f64)>,
}

impl Lanes<'_> {
    pub(super) fn draw(&mut self, process: &Process, top: usize, page: &mut String) {
        let _ = writeln!(
            page,
            "<text class=\"n\" x=\"{EDGE}\" y=\"{}\">{}</text>",
            top + NAME,
            escaped(&super::name(process)),
        );
        let end = process.track.ended.unwrap_or(self.world.now());
        self.labels.clear();
        for task in process.track.all_tasks() {
            let (from, to) = (task.start, task.end.unwrap_or(end));
            self.task(task.task, (from, to), top, page);
        }
        for span in process.track.all_spans() {
            self.span(process, span, end, top, page);
        }
        if let Some(code) = process.exit().and_then(Exit::exitcode)
            && code != 0
        {
            let _ = writeln!(
                page,
                "<text class=\"f\" x=\"{:.2}\" y=\"{}\">{code}</text>",
                self.scale.x(end) + 4.0,
                top + NAME,
            );
        }
    }

    /// A span goes on where its process does, and ends with it.
    fn span(&mut self, process: &Process, span: &Span, end: i64, top: usize, page: &mut String) {
        let open = Some(span) == process.track.open.as_ref();
        let (from, to) = (span.start, if open { end } else { span.end });
        let world = self.world;
        let stretch = |class, what| Stretch {
            class,
            from,
            to,
            what,
        };
        let on = |object: Option<_>| object.map_or("", |object| world.label(object));
        let drawn = match span.activity {
            Activity::Running if process.role == Role::Worker => {
                return self.worker(process, (from, to), top, page);
            }
            Activity::Running => stretch("running", ""),
            Activity::Sleeping => stretch("sleeping", ""),
            Activity::Waiting { object, .. } => stretch("waiting", on(object)),
            Activity::WaitingForChild { child } => {
                let child = child.and_then(|child| world.process(child));
                stretch("child", child.map_or("", |child| &*child.name))
            }
            Activity::Gate { object, .. } => stretch("gate", on(object)),
        };
        self.stretch(&drawn, top, page);
    }

    /// A pool's worker runs in its tasks; between them it has none.
    fn worker(&mut self, process: &Process, span: (i64, i64), top: usize, page: &mut String) {
        let (mut at, to) = span;
        let mut stretch = |class, from: i64, to: i64| {
            if from < to {
                let what = "";
                self.stretch(
                    &Stretch {
                        class,
                        from,
                        to,
                        what,
                    },
                    top,
                    page,
                );
            }
        };
        for task in process.track.all_tasks() {
            let (start, end) = (task.start, task.end.unwrap_or(to).min(to));
            if end > at && start < to {
                stretch("idle", at, start);
                stretch("running", start.max(at), end);
                at = end;
            }
        }
        stretch("idle", at, to);
    }

    fn stretch(&mut self, stretch: &Stretch<'_>, top: usize, page: &mut String) {
        if !self.add(stretch.class) {
            return;
        }
        let class = stretch.class;
        let (x, to) = (self.scale.x(stretch.from), self.scale.x(stretch.to));
        let high = height(class);
        let word = self.lang.term("export.activity", class);
        let what = clean(stretch.what);
        let title = format!("{word} {what}");
        // What is too short to be seen is seen as a hair.
        let _ = writeln!(
            page,
            "<rect class=\"{class}\" x=\"{x:.2}\" y=\"{}\" width=\"{:.2}\" height=\"{high}\"><title>{}</title></rect>",
            top + MIDDLE - high / 2,
            (to - x).max(0.3),
            escaped(title.trim_end()),
        );
        self.label(&what, (x, to), top, page);
    }

    fn task(&mut self, number: u64, (from, to): (i64, i64), top: usize, page: &mut String) {
        if !self.add("task") {
            return;
        }
        let (x, to) = (self.scale.x(from), self.scale.x(to));
        let name = format!("{} {number}", self.lang.term("export.activity", "task"));
        let _ = writeln!(
            page,
            "<rect class=\"task\" x=\"{x:.2}\" y=\"{}\" width=\"{:.2}\" height=\"{}\" rx=\"2\"><title>{}</title></rect>",
            top + 1,
            (to - x).max(0.5),
            LANE - 3,
            escaped(&name),
        );
        let number = number.to_string();
        let words = [name.as_str(), &number];
        let words = words.into_iter().find(|words| x + long(words) <= to);
        self.label(words.unwrap_or_default(), (x, to), top, page);
    }

    /// Words over a stretch, cut to its room, where no others stand.
    fn label(&mut self, words: &str, (x, to): (f64, f64), top: usize, page: &mut String) {
        let words = truncate(words, columns(to - x));
        let end = x + long(&words);
        let taken = |(from, to): &(f64, f64)| x < *to && *from < end;
        if words.is_empty() || end > to || self.labels.iter().any(taken) {
            return;
        }
        self.labels.push((x, end));
        let _ = writeln!(
            page,
            "<text class=\"w\" x=\"{:.2}\" y=\"{}\">{}</text>",
            x + 2.0,
            top + LABEL,
            escaped(&words),
        );
    }

    /// Whether there is one more to be drawn.
    fn add(&mut self, class: &'static str) -> bool {
        if self.spans >= SPANS {
            return false;
        }
        self.spans += 1;
        if !self.drawn.contains(&class) {
            self.drawn.push(class);
        }
        true
    }
}

/// Pixels of a label.
fn long(words: &str) -> f64 {
    let columns = u32::try_from(width(words)).unwrap_or(u32::MAX);
    f64::from(columns) * COLUMN + 4.0
}

/// Columns a label may be cut to in so many pixels; all of it where a cut would leave a stump.
fn columns(room: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some hundreds, no less than 0"
    )]
    let columns = ((room - 4.0) / COLUMN).max(0.0) as usize;
    if columns < SHORTEST {
        usize::MAX
    } else {
        columns.min(LONGEST)
    }
}
