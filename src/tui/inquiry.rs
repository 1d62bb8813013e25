//! `Inquiries`: what is asked about a lesson beside its runs: how it goes under each start method, and what
//! the probes of its claims print under each Python.
//!
//! The host finds the answers in the background. They come bit by bit and stay for the session.

use crate::lesson::Params;

/// Questions whose answers are kept.
const KEPT: usize = 16;

/// What the host is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// One program under fork, spawn and forkserver.
    StartMethods {
        /// Slug of the lesson.
        lesson: String,
        params: Params,
        /// `None`: python3.
        python: Option<String>,
    },
    /// The probe of each claim of this lesson, under every Python that is found.
    Claims { lesson: String },
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// All of it, as text.
    Page(String),
    Probed(Probed),
    Over,
}

/// What came of a claim's probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The claim's identity in the lesson.
    pub claim: String,
    /// Version of the Python.
    pub python: String,
    /// The probe shows what the lesson says of the claim.
    pub agrees: bool,
    /// What it printed, or why it could not.
    pub said: String,
}

/// Somebody who looks for the answer; dropped, nobody wants to know any more.
pub trait Inquiry {
    /// The next part, if there is one by now.
    fn poll(&mut self) -> Option<Answer>;
}

/// A question, and its answer so far.
pub(crate) struct Asked {
    question: Question,
    inquiry: Option<Box<dyn Inquiry>>,
    pub(crate) page: Option<String>,
    pub(crate) probed: Vec<Probed>,
}

impl Asked {
    pub(crate) fn is_going(&self) -> bool {
        self.inquiry.is_some()
    }
}

#[derive(Default)]
pub(crate) struct Inquiries(Vec<Asked>);

impl Inquiries {
    pub(crate) fn of(&self, question: &Question) -> Option<&Asked> {
        self.0.iter().find(|asked| asked.question == *question)
    }

    pub(crate) fn begin(&mut self, question: Question, inquiry: Box<dyn Inquiry>) {
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(Asked {
            question,
            inquiry: Some(inquiry),
            page: None,
            probed: Vec::new(),
        });
    }

    pub(crate) fn is_going(&self) -> bool {
        self.0.iter().any(Asked::is_going)
    }

    /// Takes in what was found meanwhile; whether that was anything.
    pub(crate) fn take(&mut self) -> bool {
        let mut any = false;
        for asked in &mut self.0 {
            while let Some(answer) = asked.inquiry.as_mut().and_then(|inquiry| inquiry.poll()) {
                any = true;
                match answer {
                    Answer::Page(page) => asked.page = Some(page),
                    Answer::Probed(probed) => asked.probed.push(probed),
                    Answer::Over => asked.inquiry = None,
                }
            }
        }
        any
    }
}
