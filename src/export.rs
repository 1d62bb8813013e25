//! Exports: a run in the formats of other programs.
//!
//! Each format has its file and is an `Export`. It gets the events together with the World they make and
//! writes as it goes, so that a recording of any length takes a bounded amount of memory. The cli
//! decides where the bytes go. Foreign text passes through `text`.

mod asciicast;
pub mod cast;
mod csv;
mod flows;
mod perfetto;
mod svg;

use std::io::{self, Write};

use crate::model::World;
use crate::text::Lang;
use crate::trace::{Event, Header};

/// A format of another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Trace Event JSON, for the Perfetto UI and chrome://tracing.
    Perfetto,
    /// asciicast v2, for asciinema.
    Asciicast,
    /// The timeline as a picture.
    Svg,
    /// A row an event.
    Csv,
}

impl Format {
    pub const ALL: [Format; 4] = [
        Format::Perfetto,
        Format::Asciicast,
        Format::Svg,
        Format::Csv,
    ];
}

/// The ground a picture is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    /// What whoever looks prefers (`prefers-color-scheme`).
    #[default]
    Either,
    Light,
    Dark,
}

/// How an export is made.
#[derive(Debug, Clone)]
pub struct Setting<'a> {
    pub header: &'a Header,
    /// What stands over a picture: the lesson's title.
    pub title: &'a str,
    pub lang: Lang,
    pub ground: Background,
}

/// A run being written in one format.
pub trait Export {
    /// Takes an event; `world` has folded it.
    ///
    /// # Errors
    /// What the output reports.
    fn event(&mut self, event: &Event, world: &World, output: &mut dyn Write) -> io::Result<()>;

    /// The run, or what there is of it, is over.
    ///
    /// # Errors
    /// What the output reports.
    fn end(&mut self, world: &World, output: &mut dyn Write) -> io::Result<()>;
}

/// Begins an export: what stands before the first event is written.
///
/// # Errors
/// What the output reports.
pub fn begin<'a>(
    format: Format,
    setting: &Setting<'a>,
    output: &mut dyn Write,
) -> io::Result<Box<dyn Export + 'a>> {
    Ok(match format {
        Format::Perfetto => Box::new(perfetto::Perfetto::begin(setting, output)?),
        Format::Asciicast => Box::new(asciicast::Asciicast::begin(setting, output)?),
        Format::Svg => Box::new(svg::Svg::begin(setting)),
        Format::Csv => Box::new(csv::Csv::begin(output)?),
    })
}

/// The process an event belongs to, by its name; its PID where it has none.
fn who(event: &Event, world: &World) -> String {
    let process = event.proc.and_then(|proc| world.process(proc));
    match process {
        Some(process) if !process.name.is_empty() => process.name.to_string(),
        _ => event.pid.to_string(),
    }
}
