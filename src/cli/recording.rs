//! A recording as a command's argument: opened, read to its end or to its damage.
//!
//! Owns where it comes from (a file, stdin, an example that ships) and what is said of damage.
//! `replay`, `export` and `compare` read through it.

use std::fs::File;
use std::io::{self, BufRead};
use std::path::Path;

use super::Stop;
use super::args::Recorded;
use super::choose;
use super::context::Context;
use super::examples;
use super::words;
use crate::error::{Code, Failure};
use crate::finding::Findings;
use crate::model::World;
use crate::trace::{Event, Header, ReadError, Reader, uncompressed};

/// Lines of a recording, wherever they come from.
pub(crate) type Input = Box<dyn BufRead + Send>;

/// A recording that was opened.
pub(crate) struct Recording {
    pub reader: Reader<Input>,
    /// What it is called in messages.
    pub place: String,
}

/// What reading it came to.
#[derive(Debug)]
pub(crate) struct Folded {
    pub world: World,
    pub findings: Findings,
    /// Something of it is missing; that was said.
    pub damaged: bool,
}

impl Recording {
    /// The one the arguments name.
    pub(crate) fn named(context: &Context, args: &Recorded) -> Result<Recording, Failure> {
        if let Some(given) = &args.example {
            let library = context.library()?;
            let lesson = choose::lesson(context, &library, given)?;
            let Some(bytes) = examples::find(lesson.slug()) else {
                let what = context
                    .lang
                    .tell("replay.no-example", &[("lesson", &lesson.slug())]);
                return Err(Failure::new(Code::Usage, what));
            };
            let input = uncompressed(io::Cursor::new(bytes));
            return Recording::over(context, lesson.slug().to_owned(), input);
        }
        let path = args.file.as_deref().unwrap_or_else(|| Path::new("-"));
        Recording::open(context, path)
    }

    /// The one in a file; `-` is stdin.
    pub(crate) fn open(context: &Context, path: &Path) -> Result<Recording, Failure> {
        Recording::over(context, path.display().to_string(), input(path))
    }

    fn over(
        context: &Context,
        place: String,
        input: io::Result<Input>,
    ) -> Result<Recording, Failure> {
        let reader = input.map_err(ReadError::from).and_then(Reader::new);
        match reader {
            Ok(reader) => Ok(Recording { reader, place }),
            Err(why) => Err(unreadable(context, &place, &why)),
        }
    }

    pub(crate) fn header(&self) -> &Header {
        self.reader.header()
    }

    /// Folds every event there is, each shown to `each` with the World it made. Damage is told on
    /// stderr; what came before it counts.
    ///
    /// # Errors
    /// What `each` reports.
    pub(crate) fn fold(
        mut self,
        context: &Context,
        mut each: impl FnMut(&Event, &World) -> io::Result<()>,
    ) -> Result<Folded, Stop> {
        let mut world = World::new().scaled(self.header().time_scale);
        let mut findings = Findings::new();
        let damage = loop {
            match self.reader.next_event() {
                Ok(Some(event)) => {
                    findings.apply(&mut world, &event);
                    each(&event, &world)?;
                }
                Ok(None) => break None,
                Err(why) => break Some(why),
            }
        };
        let lang = context.lang;
        if let Some(why) = &damage {
            let told = unreadable(context, &self.place, why);
            let remedy = lang.tell("replay.until-here", &[("events", &world.folded())]);
            context.tell(&told.remedy(remedy));
        } else if self.reader.torn() {
            context.tell(&lang.phrase("replay.torn"));
        } else if world.end().is_none() {
            context.tell(&lang.phrase("replay.no-end"));
        }
        let damaged = world.end().is_none() || damage.is_some() || self.reader.torn();
        findings.end(&world);
        Ok(Folded {
            world,
            findings,
            damaged,
        })
    }
}

fn input(path: &Path) -> io::Result<Input> {
    if path == Path::new("-") {
        return uncompressed(io::stdin());
    }
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    uncompressed(file)
}

/// What is said of a recording that can't be read (on).
pub(crate) fn unreadable(context: &Context, place: &str, why: &ReadError) -> Failure {
    unreadable_words(context, place, &words::reading(context.lang, why))
}

/// The same where why is words already.
pub(crate) fn unreadable_words(context: &Context, place: &str, why: &str) -> Failure {
    let what = context.lang.tell("replay.unreadable", &[("why", &why)]);
    Failure::new(Code::Unreadable, what).at(place)
}
