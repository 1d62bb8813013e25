//! `forklore export FILE --to …`: a recording in the format of another program.
//!
//! stdout or the file gets the export alone. Of a damaged recording what is there is exported.

mod film;

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::Stop;
use super::args::{ExportArgs, ExportFormat, ThemeArg};
use super::context::Context;
use super::recording::Recording;
use crate::error::{Code, Failure};
use crate::export::{Background, Format, Setting, begin};

pub(crate) fn run(context: &Context, args: &ExportArgs) -> Result<Code, Stop> {
    if args.screen.is_some() && !matches!(args.to, ExportFormat::Asciicast) {
        let what = context.lang.phrase("export.no-screen");
        return Err(Failure::new(Code::Usage, what).into());
    }
    let recording = Recording::named(context, &args.recording)?;
    let header = recording.header().clone();
    let library = context.library()?;
    let lesson = library.iter().find(|lesson| lesson.slug() == header.lesson);
    let title = match lesson {
        Some(lesson) => format!(
            "{} · {}",
            lesson.slug(),
            lesson.manifest.title.get(context.lang)
        ),
        None => header.lesson.clone(),
    };
    let setting = Setting {
        header: &header,
        title: &title,
        lang: context.lang,
        ground: match args.theme {
            ThemeArg::Auto => Background::Either,
            ThemeArg::Light => Background::Light,
            ThemeArg::Dark => Background::Dark,
        },
    };
    let format = match args.to {
        ExportFormat::Perfetto => Format::Perfetto,
        ExportFormat::Asciicast => Format::Asciicast,
        ExportFormat::Svg => Format::Svg,
        ExportFormat::Csv => Format::Csv,
    };
    let lost = |why: &io::Error| {
        let what = context.lang.tell("export.no-output", &[("why", why)]);
        let place = args.output.as_deref().unwrap_or_else(|| "-".as_ref());
        Failure::new(Code::CheckFailed, what).at(place.display().to_string())
    };
    let output: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(File::create(path).map_err(|why| lost(&why))?),
        None => Box::new(io::stdout().lock()),
    };
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let written = match args.screen {
        Some(size) => film::write(context, recording, args, size, &setting, &mut output),
        None => write(context, recording, format, &setting, &mut output),
    };
    match written {
        Err(Stop::Output(why)) if args.output.is_some() => Err(lost(&why).into()),
        written => written,
    }
}

fn write(
    context: &Context,
    recording: Recording,
    format: Format,
    setting: &Setting<'_>,
    output: &mut dyn Write,
) -> Result<Code, Stop> {
    let mut export = begin(format, setting, output)?;
    let told = recording.fold(context, |event, world| export.event(event, world, output))?;
    export.end(&told.world, output)?;
    Ok(if told.damaged {
        Code::Unreadable
    } else {
        Code::Fine
    })
}
