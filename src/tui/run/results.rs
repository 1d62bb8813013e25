//! `Results`: what a run that has ended is held against: the lesson's checks, the learner's answers.

use crate::check::{
    Answer, Evidence, Facts, Grade, Mark, Verdict, circumstances, evaluate, grade, outcome_name,
};
use crate::lesson::{Lesson, Params};
use crate::model::World;
use crate::trace::Header;
use crate::tui::quiz::Locked;

/// A graded answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Graded {
    pub(crate) id: String,
    pub(crate) answer: Answer,
    pub(crate) sure: u8,
    pub(crate) grade: Grade,
}

#[derive(Debug, Default)]
pub(crate) struct Results {
    /// Answers given before the run began.
    locked: Vec<Locked>,
    pub(crate) grades: Vec<Graded>,
    pub(crate) verdicts: Vec<Verdict>,
    /// How it came out.
    pub(crate) outcome: Option<String>,
    /// The learner has seen them.
    pub(crate) seen: bool,
    /// … and what else could have come.
    pub(crate) outcomes_seen: bool,
}

impl Results {
    pub(super) fn of(locked: Vec<Locked>) -> Results {
        Results {
            locked,
            ..Results::default()
        }
    }

    /// Evaluates the lesson's checks over the finished run; gives how it came out.
    pub(super) fn judge(
        &mut self,
        lesson: &Lesson,
        params: &Params,
        header: &Header,
        world: &World,
    ) -> Vec<String> {
        let circumstances = circumstances(header);
        self.verdicts = evaluate(lesson, params, &circumstances, world);
        let setting = lesson.setting(params, &circumstances);
        let facts = Facts {
            lesson,
            setting: &setting,
            world,
        };
        self.outcome = outcome_name(&facts).ok();
        self.outcome.iter().cloned().collect()
    }

    /// Grades the answers given before the run began, and of `open`, which earlier runs could not
    /// decide, those that can be decided now.
    pub(super) fn grade(&mut self, facts: &Facts<'_>, open: &[Locked], evidence: &Evidence) {
        let predictions = &facts.lesson.manifest.predictions;
        let graded = |locked: &Locked| {
            let prediction = predictions.iter().find(|one| one.id == locked.id)?;
            Some(Graded {
                id: locked.id.clone(),
                answer: locked.answer.clone(),
                sure: locked.sure,
                grade: grade(prediction, &locked.answer, facts, evidence),
            })
        };
        let asks = |locked: &&Locked| {
            let when = predictions.iter().find(|one| one.id == locked.id);
            let when = when.and_then(|prediction| prediction.when.as_ref());
            when.is_none_or(|when| when.holds(facts.setting).unwrap_or(false))
        };
        let decided = open
            .iter()
            .filter(asks)
            .filter_map(graded)
            .filter(|one| one.grade.mark != Mark::Undecided);
        let given = self.locked.iter().filter_map(graded);
        self.grades = given.chain(decided).collect();
    }

    /// Whether this question was answered before the run began.
    pub(crate) fn has_locked(&self, id: &str) -> bool {
        self.locked.iter().any(|locked| locked.id == id)
    }

    /// Questions answered before the run whose answers it could not grade.
    pub(crate) fn ungraded(&self) -> Vec<String> {
        let graded = |id: &String| self.grades.iter().any(|one| one.id == *id);
        let ids = self.locked.iter().map(|locked| locked.id.clone());
        ids.filter(|id| !graded(id)).collect()
    }

    /// Whether every check passed.
    pub(crate) fn passed(&self) -> bool {
        !self.verdicts.is_empty() && self.verdicts.iter().all(|verdict| verdict.passed)
    }

    /// How many of the answers were right, of how many that could be told.
    pub(crate) fn score(&self) -> (usize, usize) {
        let of = |mark: Mark| {
            let grades = self.grades.iter();
            grades.filter(|one| one.grade.mark == mark).count()
        };
        (of(Mark::Right), self.grades.len() - of(Mark::Undecided))
    }
}
