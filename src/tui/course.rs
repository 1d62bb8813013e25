//! `Course`: the learner's way through the lessons: which one is open, its parameters, what was answered.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::progress::{AnswerRecord, Progress, RecordedAnswer, Visit};
use super::quiz::{Locked, Quiz};
use crate::lesson::{Circumstances, Lesson, Library, Params};

pub(crate) struct Course {
    pub(crate) library: Rc<Library>,
    pub(crate) slug: Option<String>,
    pub(crate) params: Params,
    pub(crate) progress: Progress,
    /// Questions of this lesson that were passed over.
    pub(crate) skipped: BTreeSet<String>,
    /// Answers for the run that comes next.
    pub(crate) answers: Vec<Locked>,
}

impl Course {
    pub(crate) fn new(library: Rc<Library>, progress: Progress) -> Course {
        Course {
            library,
            slug: None,
            params: Params::default(),
            progress,
            skipped: BTreeSet::new(),
            answers: Vec::new(),
        }
    }

    pub(crate) fn lesson(&self) -> Option<&Lesson> {
        self.lesson_of(self.slug.as_deref()?)
    }

    pub(crate) fn lesson_of(&self, slug: &str) -> Option<&Lesson> {
        self.library.iter().find(|lesson| lesson.slug() == slug)
    }

    /// Opens a lesson, its parameters as they were last.
    pub(super) fn open(&mut self, slug: &str) {
        self.slug = Some(slug.to_owned());
        let kept = self.progress.lessons.get(slug).map(|visit| &visit.params);
        let params = self.lesson().map(|lesson| {
            let parameters = &lesson.manifest.parameters;
            kept.and_then(|kept| Params::from_json(slug, parameters, kept).ok())
                .unwrap_or_else(|| Params::defaults(parameters))
        });
        self.params = params.unwrap_or_default();
        self.skipped.clear();
        self.answers.clear();
        self.progress.last = Some(slug.to_owned());
    }

    /// What is kept of the lesson that is open.
    pub(super) fn visit(&mut self) -> Option<&mut Visit> {
        let slug = self.slug.clone()?;
        Some(self.progress.lessons.entry(slug).or_default())
    }

    /// A run of the open lesson begins: its parameters and the answers given before it are kept.
    pub(super) fn begin_run(&mut self, params: &Params, answers: &[Locked]) {
        let Some(visit) = self.visit() else { return };
        for locked in answers {
            let given = AnswerRecord {
                said: RecordedAnswer::from(&locked.answer),
                sure: locked.sure,
                mark: None,
            };
            visit.answers.insert(locked.id.clone(), given);
        }
        visit.params = params.to_json();
    }

    /// The lesson's questions for these parameters; only those not answered yet, unless `all`.
    pub(crate) fn quiz(&self, all: bool, circumstances: &Circumstances) -> Option<Quiz> {
        let lesson = self.lesson()?;
        let setting = lesson.setting(&self.params, circumstances);
        let visit = self.progress.lessons.get(lesson.slug());
        Quiz::new(lesson, &setting, |id| {
            let answered = visit.is_some_and(|visit| visit.answers.contains_key(id));
            !all && (answered || self.skipped.contains(id))
        })
    }
}
