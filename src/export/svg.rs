//! The timeline as a picture: a lane a process, for a slide or a README.
//!
//! Read from the tracks of the World when the run is over. Text is text (it can be selected and
//! searched) in the fonts of whoever looks, Chinese ones named; the ground is light or dark as the
//! looker prefers, or as asked for. No script, nothing loaded from elsewhere.

mod axis;
mod lane;

use std::fmt::Write as _;
use std::io::{self, Write};

use self::axis::{Scale, TIME, axis};
use self::lane::{HEIGHTS, Lanes, height};
use super::{Background, Export, Setting};
use crate::model::{Process, World};
use crate::text::{Lang, clean, truncate, width};
use crate::trace::Event;

/// Pixels: a lane, the head, the foot, the edge.
const LANE: usize = 30;
const HEAD: usize = 56;
const FOOT: usize = 62;
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
const COLOURS: [(&str, &str, &str); 12] = [
    (".b{fill:", "#ffffff", "#0d1117"),
    ("text{fill:", "#1f2328", "#e6edf3"),
    (".f{fill:", "#656d76", "#8b949e"),
    (".w{fill:", "#57606a", "#9aa4af"),
    (".l{stroke:", "#d8dee4", "#30363d"),
    (".running{fill:", "#2da44e", "#3fb950"),
    (".idle{fill:", "#a5b4c3", "#4d5a68"),
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
    ground: Background,
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

impl Svg {
    fn draw(&self, world: &World, page: &mut String) {
        let processes: Vec<&Process> = world.processes().take(LANES).collect();
        let names = processes.iter().map(|process| width(&name(process)));
        let left = EDGE + (names.max().unwrap_or(0) + 2) * COLUMN;
        let first = processes.iter().map(|process| process.started).min();
        let scale = Scale::new(left, first.unwrap_or(0), world.now());
        let height = HEAD + processes.len() * LANE + FOOT;
        self.open(left + TIME + EDGE * 3, height, page);
        axis(scale, HEAD - 6, HEAD + processes.len() * LANE, page);
        let mut lanes = Lanes {
            world,
            lang: self.lang,
            scale,
            spans: 0,
            drawn: Vec::new(),
            labels: Vec::new(),
        };
        for (lane, process) in processes.iter().enumerate() {
            lanes.draw(process, HEAD + lane * LANE, page);
        }
        self.legend(&lanes.drawn, height - 20, page);
        page.push_str("</svg>\n");
    }

    fn open(&self, width: usize, height: usize, page: &mut String) {
        let colours = match self.ground {
            Background::Light => light(),
            Background::Dark => dark(),
            Background::Either => {
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
             .h{{font-size:16px;font-weight:600}}.f{{font-size:11px}}.w{{font-size:9px}}\
             .n{{font-family:ui-monospace,'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace}}\
             {colours}</style>\n\
             <rect class=\"b\" width=\"100%\" height=\"100%\"/>\n\
             <text class=\"h\" x=\"{EDGE}\" y=\"28\">{title}</text>\n",
            lang = self.lang.code(),
        );
    }

    /// Says what stands for what, of what was drawn.
    fn legend(&self, drawn: &[&str], y: usize, page: &mut String) {
        let mut x = EDGE;
        for (class, _) in HEIGHTS {
            if !drawn.contains(&class) {
                continue;
            }
            let high = height(class).min(12);
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
