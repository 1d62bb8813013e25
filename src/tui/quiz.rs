//! `Quiz`: the questions asked before a run, and the answers as they are being given.
//!
//! Pure data changed by `update`; `panel::quiz` draws it, `RunView` grades it when the run has
//! ended. Once the run has begun the answers are its own and nobody changes them.

use super::action::Step;
use crate::check::Answer;
use crate::lesson::{Lesson, Prediction, PredictionKind, Scope, Setting};

/// The questions, and the one that is asked now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quiz {
    pub(crate) questions: Vec<Question>,
    pub(crate) at: usize,
}

/// A question being answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) draft: Draft,
    /// Selected row of the draft.
    pub(crate) row: usize,
    /// How sure the learner is, 1 to 3.
    pub(crate) sure: u8,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Draft {
    /// Ids of the options; the selected row is the answer.
    Choice(Vec<String>),
    /// The items as they stand now; `held` moves with the arrows.
    Order {
        items: Vec<String>,
        held: bool,
    },
    Number {
        text: String,
        min: f64,
        max: f64,
    },
    /// Listings by id: can it happen?
    Possible(Vec<(String, bool)>),
}

/// An answer that can't be changed any more.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Locked {
    pub(crate) id: String,
    pub(crate) answer: Answer,
    pub(crate) sure: u8,
}

impl Quiz {
    /// The lesson's questions that fit this setting and are not `known` yet; `None` without any.
    pub(crate) fn new(
        lesson: &Lesson,
        setting: &Setting,
        known: impl Fn(&str) -> bool,
    ) -> Option<Quiz> {
        let questions: Vec<Question> = lesson
            .manifest
            .predictions
            .iter()
            .filter(|prediction| !known(&prediction.id))
            .filter(|prediction| {
                let when = prediction.when.as_ref();
                when.is_none_or(|when| when.holds(setting).unwrap_or(false))
            })
            .filter_map(|prediction| question(prediction, setting))
            .collect();
        (!questions.is_empty()).then_some(Quiz { questions, at: 0 })
    }

    pub(crate) fn question(&self) -> Option<&Question> {
        self.questions.get(self.at)
    }

    fn current(&mut self) -> Option<&mut Question> {
        self.questions.get_mut(self.at)
    }

    /// Up and down: the selection, the item in hand, or the number.
    pub(crate) fn step(&mut self, step: Step) {
        let Some(question) = self.current() else {
            return;
        };
        let by = match step {
            Step::Lines(by) | Step::Pages(by) => by,
            Step::Start => -1000,
            Step::End => 1000,
        };
        if let Draft::Number { text, min, max } = &mut question.draft {
            #[expect(clippy::cast_precision_loss, reason = "a few steps")]
            let next = text.parse().unwrap_or(*min) - by as f64;
            *text = next.clamp(*min, *max).to_string();
            return;
        }
        let last = question.draft.rows().saturating_sub(1);
        let from = question.row;
        question.row = from
            .saturating_add_signed(isize::try_from(by).unwrap_or(0))
            .min(last);
        if let Draft::Order { items, held: true } = &mut question.draft {
            let item = items.remove(from);
            items.insert(question.row, item);
        }
    }

    /// Left and right: how sure.
    pub(crate) fn sure(&mut self, by: i64) {
        if let Some(question) = self.current() {
            let next = i64::from(question.sure) + by.signum();
            question.sure = u8::try_from(next.clamp(1, 3)).unwrap_or(2);
        }
    }

    /// Space: takes an item in hand, puts it down, or turns a listing's answer.
    pub(crate) fn toggle(&mut self) {
        let Some(question) = self.current() else {
            return;
        };
        match &mut question.draft {
            Draft::Order { held, .. } => *held = !*held,
            Draft::Possible(listings) => {
                if let Some((_, can)) = listings.get_mut(question.row) {
                    *can = !*can;
                }
            }
            Draft::Choice(_) | Draft::Number { .. } => {}
        }
    }

    /// A digit or a point; `None` takes the last one back.
    pub(crate) fn digit(&mut self, c: Option<char>) {
        if let Some(Question {
            draft: Draft::Number { text, .. },
            row,
            ..
        }) = self.current()
        {
            // The first digit replaces what was proposed.
            if *row == 0 && c.is_some() {
                text.clear();
                *row = 1;
            }
            match c {
                Some(c) if text.len() < 12 && (c.is_ascii_digit() || c == '.') => text.push(c),
                Some(_) => {}
                None => drop(text.pop()),
            }
        }
    }

    /// To the next question; false where there is none.
    pub(crate) fn next(&mut self) -> bool {
        self.at += 1;
        self.at < self.questions.len()
    }

    /// The answers to the first `count` questions, for good.
    pub(crate) fn locked(&self, count: usize) -> Vec<Locked> {
        self.questions
            .iter()
            .take(count)
            .map(|question| Locked {
                id: question.id.clone(),
                answer: question.answer(),
                sure: question.sure,
            })
            .collect()
    }
}

impl Question {
    fn answer(&self) -> Answer {
        match &self.draft {
            Draft::Choice(ids) => Answer::Choice(ids.get(self.row).cloned().unwrap_or_default()),
            Draft::Order { items, .. } => Answer::Order(items.clone()),
            Draft::Number { text, min, max } => {
                Answer::Number(text.parse().unwrap_or(*min).clamp(*min, *max))
            }
            Draft::Possible(listings) => Answer::Possible(listings.clone()),
        }
    }
}

impl Draft {
    fn rows(&self) -> usize {
        match self {
            Draft::Choice(ids) => ids.len(),
            Draft::Order { items, .. } => items.len(),
            Draft::Number { .. } => 1,
            Draft::Possible(listings) => listings.len(),
        }
    }
}

/// A question to be answered; one the lesson can't word for this setting is left out.
fn question(prediction: &Prediction, setting: &Setting) -> Option<Question> {
    let draft = match &prediction.kind {
        PredictionKind::Choice { options } => {
            Draft::Choice(options.iter().map(|option| option.id.clone()).collect())
        }
        PredictionKind::Order { items, .. } => {
            let items = items.expand(setting).ok()?;
            Draft::Order {
                items: items.iter().map(ToString::to_string).collect(),
                held: false,
            }
        }
        PredictionKind::Number { min, max, .. } => {
            let bound =
                |expr: &crate::lesson::Expr| expr.eval(setting as &dyn Scope).ok()?.as_float();
            let (min, max) = (bound(min)?, bound(max)?);
            if min > max {
                return None;
            }
            Draft::Number {
                text: min.to_string(),
                min,
                max,
            }
        }
        PredictionKind::Possible { listings } => {
            Draft::Possible(listings.iter().map(|id| (id.clone(), true)).collect())
        }
    };
    Some(Question {
        id: prediction.id.clone(),
        draft,
        row: 0,
        sure: 2,
    })
}

#[cfg(test)]
mod tests {
    use super::{Draft, Question, Quiz};
    use crate::check::Answer;
    use crate::tui::action::Step;

    fn quiz(draft: Draft) -> Quiz {
        Quiz {
            questions: vec![Question {
                id: "q".to_owned(),
                draft,
                row: 0,
                sure: 2,
            }],
            at: 0,
        }
    }

    #[test]
    fn an_item_in_hand_moves_with_the_arrows() {
        let items = ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut quiz = quiz(Draft::Order { items, held: false });
        quiz.step(Step::Lines(1));
        quiz.toggle();
        quiz.step(Step::Lines(1));
        quiz.toggle();
        quiz.step(Step::Lines(-2));
        let wanted = ["a", "c", "b"].map(str::to_owned).to_vec();
        assert_eq!(quiz.locked(1)[0].answer, Answer::Order(wanted));
    }

    #[test]
    fn a_number_is_typed_or_stepped_and_stays_in_its_range() {
        let mut quiz = quiz(Draft::Number {
            text: "1".to_owned(),
            min: 1.0,
            max: 9.0,
        });
        quiz.step(Step::Lines(-1));
        assert_eq!(quiz.locked(1)[0].answer, Answer::Number(2.0));
        quiz.digit(Some('4'));
        quiz.digit(Some('x'));
        assert_eq!(quiz.locked(1)[0].answer, Answer::Number(4.0));
        quiz.digit(Some('2'));
        assert_eq!(quiz.locked(1)[0].answer, Answer::Number(9.0));
        quiz.sure(5);
        quiz.sure(1);
        assert_eq!(quiz.locked(1)[0].sure, 3);
        assert!(!quiz.next());
    }
}
