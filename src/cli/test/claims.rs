//! `forklore test --claims`: the probe of every claim under every Python that is found, or named.
//!
//! Owns the table of claims and versions. A cell says whether the probe shows what the lesson says of the claim
//! under that version; one that does not is red, with what the probe printed. `probe` runs them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Report, Tests, broken};
use crate::check::Verdict;
use crate::cli::Stop;
use crate::cli::engine::interpreter;
use crate::cli::{choose, probe, trust};
use crate::engine::interpreter::Interpreter;
use crate::error::{Code, Failure};
use crate::lesson::{Claim, Lesson, Library, Words};
use crate::report::{LessonResult, Results, Style, results};
use crate::sys::clock;
use crate::text::{Mood, clean, fit, width};
use crate::trace::Engine;

/// Columns of a version.
const VERSION: usize = 6;

/// What a probe came to under one Python, where the claim speaks of it.
#[derive(Debug, Clone, PartialEq)]
enum Probed {
    /// It shows the claim.
    Agrees,
    /// It does not, and why.
    Disagrees(Words),
}

type Table = Vec<Vec<Option<Probed>>>;

impl Tests<'_> {
    /// Runs the probes of the lessons named, or of all.
    pub(super) fn claims(&mut self, library: &Library) -> Result<Report, Stop> {
        let pythons = self.pythons()?;
        let context = self.bench.context;
        let mut refused: Vec<LessonResult> = Vec::new();
        let mut lessons: Vec<&Lesson> = Vec::new();
        for given in &self.args.named {
            match choose::lesson(context, library, given) {
                Ok(lesson) => lessons.push(lesson),
                Err(failure) if failure.code == Code::Unreadable => {
                    refused.push(LessonResult::refused(given, Engine::Python, &failure.what));
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        if self.args.named.is_empty() {
            lessons.extend(library.iter());
            refused.extend(broken(context, library));
        }
        let mut all = Results::default();
        let mut words = String::new();
        for lesson in lessons {
            if lesson.manifest.claims.is_empty() {
                continue;
            }
            let (told, results) = self.claims_of(lesson, &pythons)?;
            self.tell(&told)?;
            words += &told;
            all.lessons.extend(results);
        }
        for result in refused {
            let told = results::human_lesson(&self.style(), &result);
            self.tell(&told)?;
            words += &told;
            all.lessons.push(result);
        }
        self.report(all, words)
    }

    /// The table of a lesson, and its results under each Python.
    fn claims_of(
        &self,
        lesson: &Lesson,
        pythons: &[Interpreter],
    ) -> Result<(String, Vec<LessonResult>), Stop> {
        if let Err(failure) = trust::require(self.bench.context, lesson) {
            let refused = LessonResult::refused(lesson.slug(), Engine::Python, &failure.what);
            return Ok((
                results::human_lesson(&self.style(), &refused),
                vec![refused],
            ));
        }
        let began = clock::instant();
        let table = self.probed(lesson, pythons)?;
        let seconds = clock::instant().duration_since(began).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a handful of versions")]
        let each = seconds / pythons.len().max(1) as f64;
        let under = |(place, python): (usize, &Interpreter)| {
            let title = Some(format!("python {}", python.version));
            let mut result = LessonResult::new(lesson.slug(), Engine::Python).under(title);
            let claims = lesson.manifest.claims.iter().zip(&table);
            let verdicts =
                claims.filter_map(|(claim, row)| Some(verdict(claim, row.get(place)?.as_ref()?)));
            result.add(verdicts.collect(), each, None, "");
            result
        };
        let results = pythons.iter().enumerate().map(under).collect();
        Ok((shown(&self.style(), lesson, pythons, &table), results))
    }

    /// Those that are named, else one of each version that is found; the oldest first.
    fn pythons(&self) -> Result<Vec<Interpreter>, Failure> {
        let given = &self.args.engine.python;
        let mut found: Vec<Interpreter> = if given.is_empty() {
            let mut versions = BTreeMap::new();
            for python in Interpreter::all().into_iter().flatten() {
                versions.entry(python.version.number()).or_insert(python);
            }
            versions.into_values().collect()
        } else {
            let given = given.iter();
            given
                .map(|given| interpreter(self.bench.context, Some(given)))
                .collect::<Result<_, _>>()?
        };
        if found.is_empty() {
            found.push(interpreter(self.bench.context, None)?);
        }
        found.sort_by_key(|python| python.version);
        Ok(found)
    }

    /// What each claim's probe came to under each Python; a few at a time.
    fn probed(&self, lesson: &Lesson, pythons: &[Interpreter]) -> Result<Table, Stop> {
        let claims = &lesson.manifest.claims;
        let pairs: Vec<(usize, usize)> = (0..claims.len())
            .flat_map(|claim| (0..pythons.len()).map(move |python| (claim, python)))
            .filter(|(claim, python)| probe::applies(&claims[*claim], &pythons[*python]))
            .collect();
        let table = Mutex::new(vec![vec![None; pythons.len()]; claims.len()]);
        let (next, asked) = (AtomicUsize::new(0), Mutex::new(None));
        let work = || {
            while let Some((claim, python)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut stop = || {
                    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Ok(request) = self.bench.shutdown.requests().try_recv() {
                        *asked = Some(request);
                        next.store(pairs.len(), Ordering::Relaxed);
                    }
                    asked.is_some()
                };
                if stop() {
                    return;
                }
                let (claim_of, interpreter) = (&claims[*claim], &pythons[*python]);
                let shown = probe::shows(lesson, claim_of, interpreter, &mut stop);
                let came = match shown.map(|shown| shown.contradicts) {
                    Ok(None) => Probed::Agrees,
                    Ok(Some(why)) => Probed::Disagrees(why),
                    Err(error) => {
                        let error = error.to_string();
                        Probed::Disagrees(Words::new(error.as_str(), error.as_str()))
                    }
                };
                let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
                table[*claim][*python] = Some(came);
            }
        };
        // Most of a probe is waiting.
        let workers = 2 * std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(work);
            }
            work();
        });
        match asked.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(request) => Err(Stop::Asked(request)),
            None => Ok(table.into_inner().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

/// The claim under one Python, for the formats of `test`.
fn verdict(claim: &Claim, probed: &Probed) -> Verdict {
    let (passed, detail) = match probed {
        Probed::Agrees => (true, claim.finding.clone()),
        Probed::Disagrees(why) => (false, why.clone()),
    };
    Verdict {
        id: claim.id.clone(),
        passed,
        words: claim.says.clone(),
        detail,
    }
}

/// The table of one lesson, and what the red probes printed.
fn shown(style: &Style, lesson: &Lesson, pythons: &[Interpreter], table: &Table) -> String {
    let lang = style.lang;
    let claims = &lesson.manifest.claims;
    let truth = |claim: &Claim| {
        let since = claim.since.as_deref().map_or_else(String::new, |since| {
            lang.tell("tui.claims-since", &[("version", &since)])
        });
        lang.term("truth", claim.truth.word()) + &since
    };
    let truths: Vec<String> = claims.iter().map(truth).collect();
    let names = claims.iter().map(|claim| width(&claim.id)).max();
    let names = names.unwrap_or(0) + 2;
    let said = truths.iter().map(|truth| width(truth)).max().unwrap_or(0) + 2;
    let versions = pythons.iter().map(|python| python.version);
    let versions: Vec<String> = versions
        .map(|version| format!("{}.{}", version.major, version.minor))
        .collect();
    let heads: String = versions
        .iter()
        .map(|version| fit(version, VERSION))
        .collect();
    let title = fit(&clean(lesson.slug()), names + said + 2);
    let mut page = format!(
        "{}{}\n",
        style.paint.mood(Mood::Heading, title),
        heads.trim_end()
    );
    let mut red = String::new();
    for ((claim, truth), row) in claims.iter().zip(&truths).zip(table) {
        // Writing to a String does not fail.
        let _ = write!(
            page,
            "  {}{}",
            fit(&clean(&claim.id), names),
            fit(truth, said)
        );
        for (cell, version) in row.iter().zip(&versions) {
            let (sign, mood) = match cell {
                None => ("–", Mood::Dim),
                Some(Probed::Agrees) => ("✓", Mood::Good),
                Some(Probed::Disagrees(why)) => {
                    let why = clean(why.get(lang)).into_owned();
                    let line = lang.tell("test.claim-red", &[("version", version), ("why", &why)]);
                    let _ = writeln!(red, "    {}", style.paint.mood(Mood::Bad, line));
                    ("✗", Mood::Bad)
                }
            };
            let _ = write!(page, "{}", style.paint.mood(mood, fit(sign, VERSION)));
        }
        page.truncate(page.trim_end_matches(' ').len());
        page.push('\n');
    }
    page + &red
}
