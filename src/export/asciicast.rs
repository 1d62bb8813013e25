//! asciicast v2: the programs' output as asciinema plays it, every line in its process's colour.
//!
//! A line comes when it has ended, as in `replay --headless`; markers are kept, and each start and
//! end of a process is one. Times never run backwards, as the format asks.

use std::io::{self, Write};

use serde_json::json;

use super::{Export, Setting};
use crate::model::{Ending, World};
use crate::text::{Depth, Paint, clean, clean_line};
use crate::trace::{Event, Kind};

/// Size of the terminal it is made for.
const COLUMNS: usize = 100;
const ROWS: usize = 30;

/// Columns of one line that are shown.
const WIDEST: usize = 2000;

/// Columns of the name: CPython's longest usual one is `ForkPoolWorker-1`.
const NAME: usize = 16;

/// Output being played.
#[derive(Debug)]
pub(super) struct Asciicast {
    /// Number after the last line looked at, and those before it that had not ended.
    next: u64,
    open: Vec<u64>,
}

impl Asciicast {
    pub(super) fn begin(setting: &Setting<'_>, output: &mut dyn Write) -> io::Result<Asciicast> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds; a hostile number becomes the largest"
        )]
        let timestamp = setting.header.started.max(0.0) as i64;
        let header = json!({
            "version": 2,
            "width": COLUMNS,
            "height": ROWS,
            "timestamp": timestamp,
            "title": clean(setting.title),
            "env": {"TERM": "xterm-256color"},
        });
        writeln!(output, "{header}")?;
        Ok(Asciicast {
            next: 0,
            open: Vec::new(),
        })
    }

    /// Lines that have ended since the last look.
    fn lines(&mut self, world: &World, output: &mut dyn Write) -> io::Result<()> {
        let log = world.log();
        let paint = Paint::new(Depth::Indexed);
        let fresh = self.next.max(log.first())..log.end();
        let waiting = std::mem::take(&mut self.open);
        let mut text = String::new();
        for number in waiting.into_iter().chain(fresh) {
            let Some(line) = log.line(number) else {
                continue;
            };
            if line.ending == Ending::Open {
                self.open.push(number);
                continue;
            }
            let process = line.proc.and_then(|proc| world.process(proc));
            let name = process.map_or("?", |process| &*process.name);
            let shown = format!(
                "{} │ {}",
                crate::text::fit(&clean(name), NAME),
                clean_line(&line.data, WIDEST).text
            );
            let shown = match process {
                Some(process) => paint.process(process.colour(), shown).to_string(),
                None => shown,
            };
            text += &shown;
            text += "\r\n";
        }
        self.next = log.end();
        if text.is_empty() {
            return Ok(());
        }
        write_event(output, world, "o", &text)
    }
}

/// `[seconds, code, data]`.
fn write_event(output: &mut dyn Write, world: &World, code: &str, data: &str) -> io::Result<()> {
    let t = world.now().max(0);
    // Written by hand: a float would lose its last digits.
    let (seconds, micros) = (t / 1_000_000_000, t % 1_000_000_000 / 1000);
    writeln!(
        output,
        "[{seconds}.{micros:06}, \"{code}\", {}]",
        json!(data)
    )
}

impl Export for Asciicast {
    fn event(&mut self, event: &Event, world: &World, output: &mut dyn Write) -> io::Result<()> {
        match &event.kind {
            Kind::Output(_) | Kind::ProcessExit(_) | Kind::End(_) => self.lines(world, output),
            Kind::Marker { text } => write_event(output, world, "m", &clean(text)),
            Kind::ProcessStart(start) => {
                let name = clean(&start.name);
                write_event(output, world, "m", &format!("+ {name}"))
            }
            _ => Ok(()),
        }
    }

    fn end(&mut self, world: &World, output: &mut dyn Write) -> io::Result<()> {
        self.lines(world, output)?;
        output.flush()
    }
}
