//! `forklore reproduce LESSON`: real processes that print exactly this, or the reason why none can.
//!
//! What the program prints goes to stdout, and nothing else. Whether it was reproduced, is impossible,
//! or was not found in time is said on stderr.

use std::io::{self, Read as _, Write as _};

use super::Stop;
use super::args::ReproduceArgs;
use super::choose;
use super::context::Context;
use super::exploring::Exploring;
use super::run::schedule_of;
use super::words;
use crate::engine::shutdown::Shutdown;
use crate::error::{Code, Failure};
use crate::explain;
use crate::explore::contradiction::{Cell, LinkKind, contradiction};
use crate::explore::native::{Config, Native, NativeError};
use crate::explore::reproduce::{Attempt, Reproduced, follow, reproduce};
use crate::explore::search::SearchError;
use crate::explore::{Explored, Outcome, explore};
use crate::lesson::Lesson;
use crate::sys::clock;
use crate::text::clean;

mod spawned;

/// A longer listing is none of a lesson's.
const LONGEST: u64 = 1 << 20;

pub(crate) fn run(context: &Context, args: &ReproduceArgs) -> Result<Code, Stop> {
    let library = context.library()?;
    let lesson = choose::lesson(context, &library, &args.lesson)?;
    let params = lesson
        .params(&args.set)
        .map_err(|error| Failure::new(Code::Usage, words::params(context.lang, &error)))?;
    let shutdown = context.listen()?;
    let reproducer = Reproducer {
        context,
        args,
        exploring: Exploring::new(context, lesson, params, args.stdout, 1)?,
        shutdown: &shutdown,
    };
    let code = if let Some(outcome) = &args.outcome {
        reproducer.outcome(outcome)?
    } else {
        reproducer.search(&reproducer.listing(lesson)?)?
    };
    match shutdown.requests().try_recv() {
        Ok(request) => Err(Stop::Asked(request)),
        Err(_) => Ok(code),
    }
}

/// The bytes of a listing: lines that end as a program's do.
fn normal(text: &[u8]) -> Vec<u8> {
    let mut lines: Vec<u8> = Vec::with_capacity(text.len() + 1);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        lines.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        lines.push(b'\n');
    }
    lines
}

struct Reproducer<'a> {
    context: &'a Context,
    args: &'a ReproduceArgs,
    exploring: Exploring<'a>,
    shutdown: &'a Shutdown,
}

impl Reproducer<'_> {
    fn say(&self, key: &'static str, values: &[(&str, &dyn std::fmt::Display)]) {
        self.context.tell(&self.context.lang.tell(key, values));
    }

    fn goes_on(&self) -> bool {
        self.shutdown.requests().is_empty()
    }

    /// What is to be printed: a listing of the lesson's by its id, or a file's text.
    fn listing(&self, lesson: &Lesson) -> Result<Vec<u8>, Failure> {
        let listings = &lesson.manifest.listings;
        let lang = self.context.lang;
        let lines = |lines: &[String]| normal(lines.join("\n").as_bytes());
        let Some(given) = self.args.listing.as_deref() else {
            let own = listings.iter().find(|listing| listing.id == "tutorial");
            return own
                .or(listings.first())
                .map(|own| lines(&own.lines))
                .ok_or_else(|| {
                    let what = lang.tell("reproduce.no-listing", &[("lesson", &lesson.slug())]);
                    Failure::new(Code::Usage, what)
                        .remedy(lang.phrase("reproduce.no-listing-remedy"))
                });
        };
        if let Some(own) = listings.iter().find(|listing| listing.id == given) {
            return Ok(lines(&own.lines));
        }
        let unreadable = |why: &dyn std::fmt::Display| {
            let what = lang.tell("reproduce.unreadable", &[("file", &given), ("why", why)]);
            let ids: Vec<&str> = listings.iter().map(|listing| listing.id.as_str()).collect();
            Failure::new(Code::Unreadable, what)
                .remedy(lang.tell("reproduce.listings", &[("ids", &ids.join(", "))]))
        };
        let mut text = Vec::new();
        let read = match given {
            "-" => io::stdin().lock().take(LONGEST + 1).read_to_end(&mut text),
            path => std::fs::File::open(path)
                .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut text)),
        };
        match read {
            Err(error) => Err(unreadable(&error)),
            Ok(read) if read as u64 > LONGEST => {
                Err(unreadable(&lang.phrase("reproduce.too-long")))
            }
            Ok(_) => Ok(normal(&text)),
        }
    }

    fn native(&self, config: Config) -> Result<Native, Failure> {
        Native::new(config).map_err(|error| self.exploring.failed(self.context, &error.into()))
    }

    fn search(&self, listing: &[u8]) -> Result<Code, Stop> {
        let began = clock::instant();
        // What a machine that is slow or busy can do to a sleep can happen.
        let config = Config {
            listing: Some(listing.to_vec()),
            any_timing: true,
            ..self.exploring.config()
        };
        let mut native = self.native(config)?;
        let attempt = reproduce(&mut native, self.args.budget, |_| self.goes_on())
            .map_err(|error| self.exploring.failed(self.context, &error))?;
        let seconds = format!("{:.1}", began.elapsed().as_secs_f64());
        match &attempt.reproduced {
            Reproduced::Found { schedule, hangs } => {
                let schedule = native.births(schedule);
                self.found(&native, &schedule, *hangs, attempt.executions, &seconds)
            }
            Reproduced::Unreachable => {
                self.unfound("reproduce.unreachable", &attempt, listing, &seconds);
                drop(native);
                if self.reason(listing) && self.goes_on() {
                    spawned::show(self.context, &self.exploring, self.shutdown, listing);
                }
                Ok(Code::CheckFailed)
            }
            Reproduced::Stopped if !self.goes_on() => Ok(Code::CheckFailed),
            Reproduced::Stopped => {
                self.unfound("reproduce.stopped", &attempt, listing, &seconds);
                Ok(Code::CheckFailed)
            }
        }
    }

    fn unfound(&self, key: &'static str, attempt: &Attempt, listing: &[u8], seconds: &str) {
        let count = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count() - 1;
        self.say(
            key,
            &[
                ("executions", &attempt.executions),
                ("seconds", &seconds),
                ("printed", &count(&listing[..attempt.longest])),
                ("lines", &count(listing)),
            ],
        );
    }

    /// Shows what was printed, and says how it was come by.
    fn found(
        &self,
        native: &Native,
        schedule: &[u32],
        hangs: bool,
        executions: u64,
        seconds: &str,
    ) -> Result<Code, Stop> {
        let mut stdout = io::stdout();
        stdout.write_all(native.printed())?;
        stdout.flush()?;
        let exploring = &self.exploring;
        let code = schedule_of(exploring.lesson, &exploring.params, schedule);
        self.say(
            "reproduce.found",
            &[
                ("executions", &executions),
                ("seconds", &seconds),
                ("schedule", &code),
            ],
        );
        if hangs {
            self.say("reproduce.hangs", &[]);
            for sentence in explain::waits(self.context.lang, &native.world().waits()) {
                self.context.tell(&format!("  {sentence}"));
            }
        }
        Ok(Code::Fine)
    }

    /// An outcome that `explore` numbers or names.
    fn outcome(&self, name: &str) -> Result<Code, Stop> {
        let began = clock::instant();
        let failed = |error: SearchError<NativeError>| self.exploring.failed(self.context, &error);
        let mut native = self.native(self.exploring.config())?;
        let found = explore(
            &mut native,
            self.args.budget,
            1,
            |native, schedule| self.exploring.came(native, schedule),
            |found| self.goes_on() && (found.complete || picked(found, name).is_none()),
        )
        .map_err(failed)?;
        if !self.goes_on() {
            return Ok(Code::CheckFailed);
        }
        let seconds = || format!("{:.1}", began.elapsed().as_secs_f64());
        let Some(outcome) = picked(&found, name) else {
            let key = if found.complete {
                "reproduce.no-outcome"
            } else {
                "reproduce.outcome-stopped"
            };
            self.say(
                key,
                &[
                    ("outcome", &clean(name)),
                    ("outcomes", &found.outcomes.len()),
                    ("executions", &(found.executions + found.drawn)),
                    ("seconds", &seconds()),
                ],
            );
            return Ok(Code::CheckFailed);
        };
        follow(&mut native, &outcome.schedule).map_err(|error| failed(error.into()))?;
        let executions = found.executions + found.drawn + 1;
        self.found(
            &native,
            &outcome.schedule,
            outcome.deadlock,
            executions,
            &seconds(),
        )
    }

    /// Draws the circle in what the listing says was read; whether there is one.
    fn reason(&self, listing: &[u8]) -> bool {
        let Ok(mut native) = Native::new(self.exploring.config()) else {
            return false;
        };
        if follow(&mut native, &[]).is_err() {
            return false;
        }
        let listing = String::from_utf8_lossy(listing);
        let Some(circle) = contradiction(native.notes(), &listing) else {
            return false;
        };
        self.say("reproduce.circle", &[]);
        let cell = |cell: &Cell| {
            let object = native.world().object(&cell.object);
            let name = object.and_then(|object| object.name.as_deref());
            let name = clean(name.unwrap_or(&cell.object)).into_owned();
            match cell.index {
                Some(index) => format!("{name}[{index}]"),
                None => format!("{name}.value"),
            }
        };
        let last = circle.len() - 1;
        for (at, link) in circle.iter().enumerate() {
            let process = native.world().process(link.birth);
            let who = process.map_or_else(String::new, |process| process.name.to_string());
            let key = match link.kind {
                LinkKind::Writes => "reproduce.writes",
                LinkKind::ReadsOld => "reproduce.reads-old",
                LinkKind::ReadsNew => "reproduce.reads-new",
            };
            let told = self.context.lang.tell(
                key,
                &[
                    ("who", &clean(&who)),
                    ("cell", &cell(&link.cell)),
                    ("value", &clean(&link.value)),
                ],
            );
            let mark = match at {
                0 => "╭▸",
                at if at == last => "╰─",
                _ => "│ ",
            };
            self.context.tell(&format!("  {mark} {told}"));
        }
        true
    }
}

/// The outcome of this number or text, or the first deadlock.
fn picked<'a>(found: &'a Explored, name: &str) -> Option<&'a Outcome> {
    let mut outcomes = found.outcomes.iter().enumerate();
    let picked = outcomes.find(|(index, outcome)| {
        (index + 1).to_string() == name
            || outcome.label == name
            || (name == "deadlock" && outcome.deadlock)
    });
    picked.map(|(_, outcome)| outcome)
}
