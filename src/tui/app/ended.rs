//! A run has ended: checks, grades, what is kept of it, what the learner is told.

use std::rc::Rc;
use std::time::Instant;

use super::App;
use crate::check::{Evidence, Mark};
use crate::feed::Flaw;
use crate::trace::Engine;
use crate::tui::outcomes::{Explorable, Map};
use crate::tui::popup::graded::Graded;
use crate::tui::progress::Outcomes as SeenOutcomes;
use crate::tui::quiz::Locked;
use crate::tui::run::RunView;

/// A run that takes less than this is over before anybody has looked at it; ns.
const QUICK: i64 = 1_500_000_000;

impl App {
    /// What a recording lacks, and what of it can be trusted.
    fn flaw_words(&self, run: &RunView) -> Option<String> {
        let (_, events) = run.places();
        match run.flaw() {
            Some(Flaw::Torn) => Some(self.lang.tell("tui.flaw-torn", &[("events", &events)])),
            Some(Flaw::Large) => Some(self.lang.tell("tui.flaw-large", &[("events", &events)])),
            Some(Flaw::Unrecorded(why)) => {
                Some(self.lang.tell("tui.flaw-unrecorded", &[("why", why)]))
            }
            Some(Flaw::Damaged(why)) => Some(
                self.lang
                    .tell("tui.flaw-damaged", &[("events", &events), ("why", why)]),
            ),
            None if run.is_unfinished() => Some(self.lang.phrase("tui.flaw-no-end").to_owned()),
            None => None,
        }
    }

    /// The current run has ended: it is judged, what became of it is kept, and the learner told what can
    /// be done now.
    pub(super) fn current_ended(&mut self, now: Instant) {
        if let Some(mut run) = self.runs.current.take() {
            self.judge(&mut run);
            self.runs.current = Some(run);
        }
        self.keep_results(now);
    }

    /// The run beside it has ended: it is judged.
    pub(super) fn previous_ended(&mut self) {
        if let Some(mut run) = self.runs.previous.take() {
            self.judge(&mut run);
            self.runs.previous = Some(run);
        }
    }

    /// Evaluates a run that has ended, with what earlier runs have shown.
    fn judge(&mut self, run: &mut RunView) {
        let library = Rc::clone(&self.course.library);
        let slug = run.header.lesson.clone();
        let Some(lesson) = library.iter().find(|lesson| lesson.slug() == slug) else {
            return;
        };
        if !run.came_to_its_end() {
            return;
        }
        let labels = run.judge(lesson);
        if run.is_recording() || run.was_meddled_with() {
            return;
        }
        let setting = setting(run);
        let visit = self.course.progress.lessons.entry(slug).or_default();
        let outcomes = visit.saw(&setting, &labels);
        self.grade(run, outcomes);
    }

    /// Holds the answers against the run, what earlier runs have shown, and what was explored.
    fn grade(&self, run: &mut RunView, outcomes: SeenOutcomes) {
        let slug = &run.header.lesson;
        let (Some(lesson), Some(visit)) = (
            self.course.lesson_of(slug),
            self.course.progress.lessons.get(slug),
        ) else {
            return;
        };
        let mut evidence = Evidence {
            seen: outcomes.seen,
            runs: outcomes.runs,
            ..Evidence::default()
        };
        if let Some(map) = self.outcome_map(run) {
            map.add_to(&mut evidence);
        }
        let undecided = Some(mark_word(Mark::Undecided));
        let graded = |id: &String| run.results.grades.iter().any(|one| one.id == *id);
        let open: Vec<Locked> = visit
            .answers
            .iter()
            .filter(|(id, given)| given.mark.as_deref() == undecided || graded(id))
            .filter(|(id, _)| !run.results.has_locked(id))
            .map(|(id, given)| Locked {
                id: id.clone(),
                answer: (&given.said).into(),
                sure: given.sure,
            })
            .collect();
        run.grade(lesson, &open, &evidence);
    }

    /// The run whose other outcomes are to be looked for now.
    pub(crate) fn survey_due(&self) -> Option<Explorable> {
        let run = self.runs.current.as_ref()?;
        let due = run.is_over() && !run.is_recording() && run.came_to_its_end();
        if !due || !is_explored(run) || self.outcome_map(run).is_some() {
            return None;
        }
        self.course.lesson_of(&run.header.lesson)?;
        Some(Explorable::of(&run.header, &run.params))
    }

    /// What the program of this run could have come to.
    pub(crate) fn outcome_map(&self, run: &RunView) -> Option<&Map> {
        let map = self.outcomes.of(&run.header, &run.params);
        map.filter(|_| is_explored(run))
    }

    /// Takes in what was explored; answers that this decides are graded anew. Whether anything came.
    pub(crate) fn take_outcomes(&mut self) -> bool {
        if !self.outcomes.take() {
            return false;
        }
        if let Some(mut run) = self.runs.current.take() {
            if run.is_over() && run.results.outcome.is_some() && !run.is_recording() {
                let visit = self.course.progress.lessons.get(&run.header.lesson);
                let seen = visit.and_then(|visit| visit.outcomes.get(&setting(&run)).cloned());
                let mut seen = seen.unwrap_or_default();
                seen.seen.extend(run.results.outcome.clone());
                self.grade(&mut run, seen);
                self.keep_marks(&run);
            }
            self.runs.current = Some(run);
        }
        true
    }

    /// What became of the answers is kept.
    fn keep_marks(&mut self, run: &RunView) {
        let Some(visit) = self.course.progress.lessons.get_mut(&run.header.lesson) else {
            return;
        };
        for one in &run.results.grades {
            if let Some(given) = visit.answers.get_mut(&one.id) {
                given.mark = Some(mark_word(one.grade.mark).to_owned());
            }
        }
    }

    fn keep_results(&mut self, now: Instant) {
        let Some(run) = &self.runs.current else {
            return;
        };
        if let Some(words) = self.flaw_words(run) {
            self.notice = Some(words);
        }
        if run.is_recording() || run.header.lesson != self.course.slug.clone().unwrap_or_default() {
            return;
        }
        let passed = run.results.passed();
        let asked_again = run.results.ungraded();
        let marks: Vec<(String, &'static str)> = run
            .results
            .grades
            .iter()
            .map(|one| (one.id.clone(), mark_word(one.grade.mark)))
            .collect();
        let graded = !marks.is_empty();
        let quick = run.came_to_its_end() && run.end() < QUICK;
        let mut first = false;
        if let Some(visit) = self.course.visit() {
            first = visit.runs == 0;
            visit.runs += 1;
            visit.passed |= passed;
            // What could not be graded is asked again.
            for id in &asked_again {
                visit.answers.remove(id);
            }
            for (id, mark) in marks {
                if let Some(given) = visit.answers.get_mut(&id) {
                    given.mark = Some(mark.to_owned());
                }
            }
        }
        if !asked_again.is_empty() {
            self.notice = Some(self.lang.phrase("tui.asked-again").to_owned());
        }
        self.results_due = graded && !self.runs.comparing;
        if first && quick && !self.runs.comparing && !self.options.manual {
            self.play_slowly(now);
        }
    }

    /// The first run of a lesson was over before anybody saw its processes alive: it is played back.
    fn play_slowly(&mut self, now: Instant) {
        let Some(run) = &mut self.runs.current else {
            return;
        };
        run.play_slowly(now);
    }

    /// The answers beside what ran, once the learner sees its end; whether they were opened.
    pub(super) fn show_due_results(&mut self) -> bool {
        let now = self.runs.current.as_ref().is_some_and(RunView::is_now);
        let shows = self.results_due && now && self.popup.is_none();
        if shows {
            self.results_due = false;
            self.notice = None;
            self.open_popup(Graded::default());
        }
        shows
    }
}

/// Whether there is an explorer for what ran.
fn is_explored(run: &RunView) -> bool {
    run.header.engine.engine() == Engine::Native
}

/// The parameters of a run, as outcomes are kept by them.
fn setting(run: &RunView) -> String {
    let params = run.params.iter();
    let params: Vec<String> = params
        .map(|(name, value)| format!("{name}={}", value.repr()))
        .collect();
    params.join(" ")
}

/// A mark as it is kept.
fn mark_word(mark: Mark) -> &'static str {
    match mark {
        Mark::Right => "right",
        Mark::Partly => "partly",
        Mark::Wrong => "wrong",
        Mark::Undecided => "undecided",
    }
}
