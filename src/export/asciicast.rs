//! asciicast v2: the programs' output as asciinema plays it, every line in its process's colour.
//!
//! A line comes when it has ended, as in `replay --headless`; markers are kept, and each start and
//! end of a process is one. Times never run backwards, as the format asks.

use std::io::{self, Write};

use super::{Export, Setting, cast};
use crate::model::{Ending, World};
use crate::text::{Depth, Paint, clean, clean_line};
use crate::trace::{Event, Kind};

/// Size of the terminal it is made for.
const COLUMNS: u16 = 100;
const ROWS: u16 = 30;

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
        cast::head(setting, (COLUMNS, ROWS), output)?;
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

/// At the World's time.
fn write_event(output: &mut dyn Write, world: &World, code: &str, data: &str) -> io::Result<()> {
    cast::event(world.now(), code, data, output)
}

impl Export for Asciicast {
    fn event(&mut self, event: &Event, world: &World, output: &mut dyn Write) -> io::Result<()> {
        match &event.kind {
            Kind::Output(_) | Kind::ProcessExit(_) | Kind::End(_) => self.lines(world, output),
            kind => match cast::mark(kind) {
                Some(mark) => write_event(output, world, "m", &mark),
                None => Ok(()),
            },
        }
    }

    fn end(&mut self, world: &World, output: &mut dyn Write) -> io::Result<()> {
        self.lines(world, output)?;
        output.flush()
    }
}
