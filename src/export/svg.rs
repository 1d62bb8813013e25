//! The timeline as a picture: a lane a process, for a slide or a README.
//!
//! Read from the tracks of the World when the run is over. Text is text (it can be selected and
//! searched) in the fonts of whoever looks, Chinese ones named; the ground is light or dark as the
//! looker prefers, or as asked for. No script, nothing loaded from elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Export, Ground, Setting};
use crate::model::{Activity, Process, Span, World};
use crate::text::{Lang, clean, truncate, width};
use crate::trace::Event;

/// Pixels: a lane, the head, the foot, the column of time, the edge.
const LANE: usize = 26;
const HEAD: usize = 56;
const FOOT: usize = 62;
const TIME: usize = 860;
const EDGE: usize = 14;
/// Pixels of a column of text, about: half a Chinese character.
const COLUMN: usize = 8;
/// Columns of a name, processes and spans drawn at most.
const NAME: usize = 28;
const LANES: usize = 400;
const SPANS: usize = 200_000;

const FONTS: &str = "'Noto Sans','Segoe UI','Helvetica Neue',Arial,'Noto Sans SC','Noto Sans CJK SC',\
'Source Han Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif";

/// What is coloured: a rule of style, and its colour on a light and on a dark ground. Each is written
/// out as it is: programs that make slides know no variables.
const COLOURS: [(&str, &str, &str); 10] = [
    (".b{fill:", "#ffffff", "#0d1117"),
    ("text{fill:", "#1f2328", "#e6edf3"),
    (".f{fill:", "#656d76", "#8b949e"),
    (".l{stroke:", "#d8dee4", "#30363d"),
    (".running{fill:", "#2da44e", "#3fb950"),
    (".sleeping{fill:", "#a5b4c3", "#4d5a68"),
    (".waiting{fill:", "#d4572a", "#f0743e"),
    (".child{fill:", "#8250df", "#a371f7"),
    (".gate{fill:", "#bf8700", "#d29922"),
    (
        ".task{fill:none;stroke-width:1.5;stroke:",
        "#0969da",
        "#58a6ff",
    ),
];

fn light() -> String {
    let rules = COLOURS.map(|(rule, light, _)| format!("{rule}{light}}}"));
    rules.concat()
}

fn dark() -> String {
    let rules = COLOURS.map(|(rule, _, dark)| format!("{rule}{dark}}}"));
    rules.concat()
}

/// A picture to be drawn at the end.
#[derive(Debug)]
pub(super) struct Svg {
    title: String,
    lang: Lang,
    ground: Ground,
}

impl Svg {
    pub(super) fn begin(setting: &Setting<'_>) -> Svg {
        Svg {
            title: clean(setting.title).into_owned(),
            lang: setting.lang,
            ground: setting.ground,
        }
    }
}

impl Export for Svg {
    fn event(&mut self, _: &Event, _: &World, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, world: &World, output: &mut dyn Write) -> io::Result<()> {
        let mut picture = String::new();
        self.draw(world, &mut picture);
        output.write_all(picture.as_bytes())?;
        output.flush()
    }
}

/// Where times stand.
#[derive(Debug, Clone, Copy)]
struct Scale {
    left: usize,
    /// Nanoseconds the picture shows, at least one.
    whole: i64,
}

impl Scale {
    /// Pixels from the left, with two digits behind the point.
    fn x(self, t: i64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a pixel is no exact number")]
        let share = t.clamp(0, self.whole) as f64 / self.whole as f64;
        #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
        let (left, time) = (self.left as f64, TIME as f64);
        left + share * time
    }
}

impl Svg {
    fn draw(&self, world: &World, page: &mut String) {
        let processes: Vec<&Process> = world.processes().take(LANES).collect();
        let names = processes.iter().map(|process| width(&name(process)));
        let left = EDGE + (names.max().unwrap_or(0) + 2) * COLUMN;
        let scale = Scale {
            left,
            whole: world.now().max(1),
        };
        let height = HEAD + processes.len() * LANE + FOOT;
        self.open(left + TIME + EDGE * 3, height, page);
        axis(scale, HEAD + processes.len() * LANE, page);
        let mut drawn = Drawn::default();
        for (lane, process) in processes.iter().enumerate() {
            self.lane(world, process, HEAD + lane * LANE, scale, &mut drawn, page);
        }
        self.legend(&drawn, height - 20, page);
        page.push_str("</svg>\n");
    }

    fn open(&self, width: usize, height: usize, page: &mut String) {
        let colours = match self.ground {
            Ground::Light => light(),
            Ground::Dark => dark(),
            Ground::Either => {
                format!(
                    "{}@media (prefers-color-scheme:dark){{{}}}",
                    light(),
                    dark()
                )
            }
        };
        let title = escaped(&self.title);
        // Writing to a String does not fail.
        let _ = write!(
            page,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" xml:lang=\"{lang}\">\n\
             <title>{title}</title>\n<style>text{{font-family:{FONTS};font-size:13px}}\
             .h{{font-size:16px;font-weight:600}}.f{{font-size:11px}}\
             .n{{font-family:ui-monospace,'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace}}\
             {colours}</style>\n\
             <rect class=\"b\" width=\"100%\" height=\"100%\"/>\n\
             <text class=\"h\" x=\"{EDGE}\" y=\"28\">{title}</text>\n",
            lang = self.lang.code(),
        );
    }

    fn lane(
        &self,
        world: &World,
        process: &Process,
        top: usize,
        scale: Scale,
        drawn: &mut Drawn,
        page: &mut String,
    ) {
        let _ = writeln!(
            page,
            "<text class=\"n\" x=\"{EDGE}\" y=\"{}\">{}</text>",
            top + 17,
            escaped(&name(process)),
        );
        for span in process.track.all_spans() {
            if drawn.spans >= SPANS {
                return;
            }
            let class = self.span(world, span, top, scale, page);
            drawn.add(class);
        }
        let end = process.track.ended.unwrap_or(world.now());
        for task in process.track.all_tasks() {
            if drawn.spans >= SPANS {
                return;
            }
            drawn.add("task");
            let (x, to) = (scale.x(task.start), scale.x(task.end.unwrap_or(end)));
            let _ = writeln!(
                page,
                "<rect class=\"task\" x=\"{x:.2}\" y=\"{}\" width=\"{:.2}\" height=\"20\" rx=\"2\"><title>task {}</title></rect>",
                top + 3,
                (to - x).max(0.5),
                task.task,
            );
        }
        if let Some(code) = process.exit().and_then(crate::trace::Exit::exitcode)
            && code != 0
        {
            let _ = writeln!(
                page,
                "<text class=\"f\" x=\"{:.2}\" y=\"{}\">{code}</text>",
                scale.x(end) + 4.0,
                top + 17,
            );
        }
    }

    /// Draws a span; gives its class. Heights tell apart what colours may not.
    fn span(
        &self,
        world: &World,
        span: &Span,
        top: usize,
        scale: Scale,
        page: &mut String,
    ) -> &'static str {
        let (x, to) = (scale.x(span.start), scale.x(span.end));
        let (class, high, object) = match span.activity {
            Activity::Running => ("running", 14, None),
            Activity::Sleeping => ("sleeping", 4, None),
            Activity::Waiting { object, .. } => ("waiting", 8, object),
            Activity::WaitingForChild { .. } => ("child", 8, None),
            Activity::Gate { object, .. } => ("gate", 4, object),
        };
        let word = self.lang.term("export.activity", class);
        let label = object.map_or("", |object| world.label(object));
        // What is too short to be seen is seen as a hair.
        let _ = writeln!(
            page,
            "<rect class=\"{class}\" x=\"{x:.2}\" y=\"{}\" width=\"{:.2}\" height=\"{high}\"><title>{} {}</title></rect>",
            top + 13 - high / 2,
            (to - x).max(0.3),
            escaped(&word),
            escaped(&clean(label)),
        );
        class
    }

    /// Says what stands for what, of what was drawn.
    fn legend(&self, drawn: &Drawn, y: usize, page: &mut String) {
        let mut x = EDGE;
        for class in ["running", "sleeping", "waiting", "child", "gate", "task"] {
            if !drawn.classes.contains(class) {
                continue;
            }
            let high = match class {
                "sleeping" | "gate" => 4,
                "waiting" | "child" => 8,
                _ => 12,
            };
            let word = self.lang.term("export.activity", class);
            let _ = writeln!(
                page,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"12\" height=\"{high}\"/>\
                 <text class=\"f\" x=\"{}\" y=\"{y}\">{}</text>",
                y - 4 - high / 2,
                x + 17,
                escaped(&word),
            );
            x += 36 + width(&word) * 6;
        }
    }
}

/// What stands on the picture by now.
#[derive(Debug, Default)]
struct Drawn {
    spans: usize,
    classes: BTreeSet<&'static str>,
}

impl Drawn {
    fn add(&mut self, class: &'static str) {
        self.spans += 1;
        self.classes.insert(class);
    }
}

/// Lines and seconds under the lanes.
fn axis(scale: Scale, bottom: usize, page: &mut String) {
    let step = step(scale.whole);
    let mut t = 0;
    while t <= scale.whole {
        let x = scale.x(t);
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let seconds = t as f64 / 1e9;
        let _ = writeln!(
            page,
            "<line class=\"l\" x1=\"{x:.2}\" x2=\"{x:.2}\" y1=\"{}\" y2=\"{bottom}\"/>\
             <text class=\"f\" x=\"{x:.2}\" y=\"{}\" text-anchor=\"middle\">{seconds} s</text>",
            HEAD - 6,
            bottom + 16,
        );
        let Some(next) = t.checked_add(step) else {
            break;
        };
        t = next;
    }
}

/// Nanoseconds between two lines: a 1, 2 or 5 and zeros, for at most ten lines.
fn step(whole: i64) -> i64 {
    let mut unit = 1_i64;
    loop {
        for times in [1, 2, 5] {
            let step = unit.saturating_mul(times);
            if whole / step <= 10 {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// Name and PID, as wide as there is room.
fn name(process: &Process) -> String {
    let name = clean(&process.name).into_owned();
    let name = if name.is_empty() {
        "?".to_owned()
    } else {
        name
    };
    format!("{} {}", truncate(&name, NAME), process.pid)
}

/// Text in XML: what `clean` left holds no control character XML 1.0 has not.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn there_are_few_lines_whatever_the_time() {
        assert_eq!(step(1), 1);
        assert_eq!(step(100), 10);
        assert_eq!(step(1_200_000_000), 200_000_000);
        for whole in [1, 999, 1_000_000_007, i64::MAX] {
            assert!(whole / step(whole) <= 10);
        }
    }
}
