//! `Lines`: which lines of output a check or an outcome speaks of.
//!
//! A line is a template, perhaps repeated `for` values, perhaps only `when` a condition holds,
//! perhaps one of several (`any`). Owns their expansion to `Slot`s for given parameters; comparing
//! slots with real output is the business of `check`.

use super::Value;
use super::expr::{Bound, EvalError, Expr, Scope};
use super::template::{Pattern, Template};
use super::words::Words;

/// Units of fuel a round of a loop burns.
const ROUND: usize = 10;

/// Most lines a lesson may expect of one run, alternatives counted.
const MAX_LINES: usize = 20_000;

/// `for = ["i in 0..n", "j in 0..i"]`: every combination, the last running fastest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loops {
    pub(super) loops: Vec<(String, Expr)>,
}

impl Loops {
    /// Calls `body` for every combination of values.
    ///
    /// # Errors
    /// What the expressions or the body report, and more than 20 000 rounds.
    pub fn each<T>(
        &self,
        scope: &dyn Scope,
        body: &mut dyn FnMut(&dyn Scope) -> Result<T, EvalError>,
    ) -> Result<Vec<T>, EvalError> {
        let mut found = Vec::new();
        rounds(&self.loops, scope, &mut |scope| {
            if found.len() >= MAX_LINES {
                let over = self.loops.first();
                return Err(EvalError {
                    text: self.to_string(),
                    message: Words::tell("eval.rounds", &[("most", &MAX_LINES)]),
                    spot: over.and_then(|(_, over)| over.spot()),
                });
            }
            found.push(body(scope)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The names it binds.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.loops.iter().map(|(name, _)| name.as_str())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.loops.is_empty()
    }
}

impl std::fmt::Display for Loops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, (name, over)) in self.loops.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(f, "{comma}{name} in {over}")?;
        }
        Ok(())
    }
}

fn rounds(
    loops: &[(String, Expr)],
    scope: &dyn Scope,
    body: &mut dyn FnMut(&dyn Scope) -> Result<(), EvalError>,
) -> Result<(), EvalError> {
    let Some(((name, over), inner)) = loops.split_first() else {
        return body(scope);
    };
    for value in over.list(scope)? {
        scope.fuel().burn(ROUND)?;
        let bound = Bound {
            name,
            value,
            outer: scope,
        };
        rounds(inner, &bound, body)?;
    }
    Ok(())
}

/// Lines in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) text: LineText,
    pub(super) loops: Loops,
    pub(super) when: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum LineText {
    One(Template),
    Any(Lines),
}

/// Place for one line of output: any of these patterns may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub any: Vec<Pattern>,
}

impl Slot {
    #[must_use]
    pub fn matches(&self, line: &str) -> bool {
        self.any.iter().any(|pattern| pattern.matches(line))
    }
}

/// The alternatives, shortened where they are many.
impl std::fmt::Display for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.any.as_slice() {
            [] => Ok(()),
            [one] => write!(f, "{one}"),
            [first, second] => write!(f, "{first} | {second}"),
            [first, .., last] => write!(f, "{first} | … | {last}"),
        }
    }
}

impl Lines {
    /// The slots for the scope's values, in order.
    ///
    /// # Errors
    /// What the expressions report.
    pub fn expand(&self, scope: &dyn Scope) -> Result<Vec<Slot>, EvalError> {
        let mut slots = Vec::new();
        let mut patterns = 0;
        for line in &self.lines {
            let rounds = line.loops.each(scope, &mut |scope| {
                if let Some(when) = &line.when
                    && !when.holds(scope)?
                {
                    return Ok(None);
                }
                scope.fuel().burn(ROUND)?;
                let any = match &line.text {
                    LineText::One(template) => vec![template.fill(scope)?],
                    LineText::Any(lines) => lines
                        .expand(scope)?
                        .into_iter()
                        .flat_map(|slot| slot.any)
                        .collect(),
                };
                patterns += any.len();
                if patterns > MAX_LINES {
                    return Err(EvalError {
                        text: "lines".to_owned(),
                        message: Words::tell("eval.lines", &[("most", &MAX_LINES)]),
                        spot: None,
                    });
                }
                Ok(Some(Slot { any }))
            })?;
            slots.extend(rounds.into_iter().flatten());
        }
        Ok(slots)
    }
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// `is = expr`
    Is(Expr),
    /// `one-of = list`
    OneOf(Expr),
    /// `at-most = number`
    AtMost(Expr),
    /// `at-least = number`
    AtLeast(Expr),
    /// `at-least = number` and `at-most = number`
    Between(Expr, Expr),
}

impl Expected {
    /// Whether `value` is as expected, and the expectation as text.
    ///
    /// # Errors
    /// What the expression reports.
    pub fn test(&self, value: &Value, scope: &dyn Scope) -> Result<(bool, String), EvalError> {
        Ok(match self {
            Expected::Is(expr) => {
                let wanted = expr.eval(scope)?;
                (wanted == *value, wanted.repr())
            }
            Expected::OneOf(expr) => {
                let wanted = expr.list(scope)?;
                let found = wanted.iter().any(|wanted| wanted == value);
                let words: Vec<String> = wanted.iter().map(Value::repr).collect();
                let shown = match words.as_slice() {
                    [first, _, _, .., last] if words.len() > 4 => format!("{first} | … | {last}"),
                    _ => words.join(" | "),
                };
                (found, shown)
            }
            Expected::AtMost(most) => {
                let most = most.number(scope)?;
                let fits = value.as_float().is_some_and(|n| n <= most.0);
                (fits, format!("≤ {}", most.1))
            }
            Expected::AtLeast(least) => {
                let least = least.number(scope)?;
                let fits = value.as_float().is_some_and(|n| n >= least.0);
                (fits, format!("≥ {}", least.1))
            }
            Expected::Between(least, most) => {
                let (least, most) = (least.number(scope)?, most.number(scope)?);
                let fits = value
                    .as_float()
                    .is_some_and(|n| least.0 <= n && n <= most.0);
                (fits, format!("{} – {}", least.1, most.1))
            }
        })
    }

    /// As `evaluate`; the words it expects have to be known ones.
    pub(super) fn only(
        &self,
        scope: &dyn Scope,
        knows: &dyn Fn(&str) -> bool,
        all: impl FnOnce() -> String,
    ) -> Result<(), EvalError> {
        let (expr, wanted) = match self {
            Expected::Is(expr) => (expr, vec![expr.eval(scope)?]),
            Expected::OneOf(expr) => (expr, expr.list(scope)?),
            _ => return self.evaluate(scope),
        };
        let stranger = wanted.iter().find(|value| match value {
            Value::Str(word) => !knows(word),
            _ => true,
        });
        stranger.map_or(Ok(()), |word| {
            Err(EvalError {
                text: expr.text().to_owned(),
                message: Words::tell("eval.never", &[("word", word), ("known", &all())]),
                spot: expr.spot(),
            })
        })
    }

    /// Evaluates its expressions, for the lint.
    pub(super) fn evaluate(&self, scope: &dyn Scope) -> Result<(), EvalError> {
        self.test(&Value::None, scope).map(drop)
    }
}
