//! Findings: what went wrong in a run, told once, with its cause.
//!
//! [`Findings`] folds a run like `World` does and asks the rules about every event. It reads the events
//! and the `World` alone, so a live run and its recording have the same findings. Nothing is printed
//! here: `report` and the session's panel show findings.
//!
//! # How to add a finding
//!
//! A finding is a rule, and a rule is a file of `finding/rules`.
//!
//! 1. Write `rules/owner_died.rs`: a struct that implements `Rule`. It says which events it looks at;
//!    it sees each of them once, with the `World` before or after it, and the end of the run. What it
//!    keeps is bounded. What it sees becomes a [`Finding`], told from the cause.
//! 2. Add its line to the table in `rules.rs`.
//! 3. Add its sentences to `assets/locales/findings`: `text` says who, what, where and why; `advice`
//!    says what to do instead.
//!
//! A rule claims [`Certainty::Certain`] only for what the log proves, and [`Certainty::Likely`] only
//! for what no right program does. All else is a [`Certainty::Hint`].

mod chain;
mod detector;
mod errors;
mod found;
mod names;
mod order;
mod rule;
mod rules;
mod still;

use std::borrow::Cow;

use crate::lesson::Words;
use crate::model::{Object, Process};

pub use chain::ChainLine;
pub use detector::Findings;

/// How sure a finding is. The order is from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Worth a look: right programs do this too.
    Hint,
    /// The run shows it, but something that is not seen could explain it.
    Likely,
    /// The log proves it.
    Certain,
}

impl Certainty {
    /// The word in JSON and in the locale files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::Likely => "likely",
            Certainty::Hint => "hint",
        }
    }
}

/// What a finding does to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Harm {
    /// Somebody waits for what will not come.
    Hang,
    /// A result is wrong or missing, and nothing says so.
    Wrong,
    /// Time, memory or processes for nothing.
    Waste,
}

impl Harm {
    /// The word in JSON and in the locale files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Harm::Hang => "hang",
            Harm::Wrong => "wrong",
            Harm::Waste => "waste",
        }
    }
}

/// One thing that went wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Name of the rule.
    pub rule: Cow<'static, str>,
    pub kind: Harm,
    pub certainty: Certainty,
    /// Who, what, where and why.
    pub text: Words,
    /// What to do instead.
    pub advice: Option<Words>,
    /// Numbers of the events that show it, the one to look at first.
    pub evidence: Vec<u64>,
    pub pids: Vec<i32>,
    /// Objects by the program's own names.
    pub objects: Vec<String>,
    /// `file:line`.
    pub places: Vec<String>,
    /// How many times it was seen.
    pub count: u64,
    /// Slug of the lesson that teaches it.
    pub lesson: Option<&'static str>,
    /// Of a hang: who waits for whom, down to the cause.
    pub chain: Vec<ChainLine>,
    /// Findings that are the same here are told once.
    same: Option<String>,
    /// Of a hang: a service that waits for work waits in this way as well.
    idle: bool,
}

/// Most entries of each list of a finding.
const ENTRIES: usize = 32;

impl Finding {
    pub(crate) fn new(
        rule: impl Into<Cow<'static, str>>,
        kind: Harm,
        certainty: Certainty,
        text: Words,
    ) -> Finding {
        Finding {
            rule: rule.into(),
            kind,
            certainty,
            text,
            advice: None,
            evidence: Vec::new(),
            pids: Vec::new(),
            objects: Vec::new(),
            places: Vec::new(),
            count: 1,
            lesson: None,
            chain: Vec::new(),
            same: None,
            idle: false,
        }
    }

    pub(crate) fn advice(mut self, advice: Words) -> Finding {
        self.advice = Some(advice);
        self
    }

    pub(crate) fn lesson(mut self, slug: &'static str) -> Finding {
        self.lesson = Some(slug);
        self
    }

    /// An event that shows it.
    fn event(mut self, seq: u64) -> Finding {
        add(&mut self.evidence, seq);
        self
    }

    /// Who waits so may be a service without work.
    fn idle(mut self) -> Finding {
        self.idle = true;
        self
    }

    fn likely(mut self) -> Finding {
        self.certainty = Certainty::Likely;
        self
    }

    /// Processes that have ended and that it speaks of.
    fn gone(mut self, gone: &names::Gone) -> Finding {
        gone.pids.iter().for_each(|pid| add(&mut self.pids, *pid));
        gone.places
            .iter()
            .for_each(|place| add(&mut self.places, place.clone()));
        self
    }

    fn process(mut self, process: Option<&Process>) -> Finding {
        if let Some(process) = process {
            add(&mut self.pids, process.pid);
        }
        self
    }

    fn object(mut self, object: Option<&Object>) -> Finding {
        if let Some(object) = object {
            add(&mut self.objects, names::label(object));
        }
        self
    }

    fn place(mut self, at: Option<&str>) -> Finding {
        if let Some(at) = at.filter(|at| !at.is_empty()) {
            add(&mut self.places, crate::text::clean(at).into_owned());
        }
        self
    }

    /// Findings of its rule with this text are the same. Without it, those with the same places are.
    fn same(mut self, as_this: impl Into<String>) -> Finding {
        self.same = Some(as_this.into());
        self
    }

    /// What it is counted under.
    fn key(&self) -> (Cow<'static, str>, String) {
        let same = self.same.clone().unwrap_or_else(|| {
            if self.places.is_empty() {
                self.text.en.clone()
            } else {
                self.places.join(" ")
            }
        });
        (self.rule.clone(), same)
    }

    /// Another one that is the same.
    fn merge(&mut self, other: Finding) {
        self.count = self.count.saturating_add(other.count);
        self.certainty = self.certainty.max(other.certainty);
        other
            .pids
            .into_iter()
            .for_each(|pid| add(&mut self.pids, pid));
        let objects = other.objects.into_iter();
        objects.for_each(|object| add(&mut self.objects, object));
        let places = other.places.into_iter();
        places.for_each(|place| add(&mut self.places, place));
        let evidence = other.evidence.into_iter();
        evidence.for_each(|seq| add(&mut self.evidence, seq));
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, entry: T) {
    if list.len() < ENTRIES && !list.contains(&entry) {
        list.push(entry);
    }
}
