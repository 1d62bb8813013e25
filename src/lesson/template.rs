//! `Template`: a line of output with holes, such as `say hi {i}`.
//!
//! `{expr}` is an expression's value as Python prints it, `{*}` any text at all (an address, a PID);
//! `{{` and `}}` are the braces themselves. Owns reading and filling; `lines` decides which lines.

use super::error::Spot;
use super::expr::{EvalError, Expr, Scope, SyntaxError};
use super::words::Words;

/// A line with holes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Hole(Expr),
    Any,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// A brace without its partner, or a hole that is no expression; the offset is in `text`.
    pub fn parse(text: &str) -> Result<Template, SyntaxError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push(c);
                at += 2;
            } else if c == '{' {
                let Some(length) = rest.find('}') else {
                    return Err(SyntaxError {
                        offset: at,
                        message: Words::tell("syntax.open-brace", &[]),
                    });
                };
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                let inside = &rest[1..length];
                if inside.trim() == "*" {
                    parts.push(Part::Any);
                } else {
                    let expr = Expr::parse(inside).map_err(|error| SyntaxError {
                        offset: at + 1 + error.offset,
                        message: error.message,
                    })?;
                    parts.push(Part::Hole(expr));
                }
                at += length + 1;
            } else if c == '}' {
                return Err(SyntaxError {
                    offset: at,
                    message: Words::tell("syntax.closing-brace", &[]),
                });
            } else {
                plain.push(c);
                at += c.len_utf8();
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Template { parts })
    }

    /// The template with the place where it stands in lesson.toml.
    pub(super) fn at(mut self, spot: Spot) -> Template {
        self.parts = self
            .parts
            .into_iter()
            .map(|part| match part {
                Part::Hole(expr) => Part::Hole(expr.at(spot)),
                other => other,
            })
            .collect();
        self
    }

    /// The expressions in its holes.
    pub fn holes(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|part| match part {
            Part::Hole(expr) => Some(expr),
            Part::Text(_) | Part::Any => None,
        })
    }

    /// Fills the holes.
    ///
    /// # Errors
    /// What the expressions report.
    pub fn fill(&self, scope: &dyn Scope) -> Result<Pattern, EvalError> {
        let mut pieces = vec![String::new()];
        for part in &self.parts {
            let text = match part {
                Part::Text(text) => text.clone(),
                Part::Hole(expr) => expr.eval(scope)?.to_string(),
                Part::Any => {
                    pieces.push(String::new());
                    continue;
                }
            };
            scope.fuel().burn(text.len() / 8 + 4)?;
            if let Some(last) = pieces.last_mut() {
                last.push_str(&text);
            }
        }
        Ok(Pattern { pieces })
    }
}

/// A filled template: the text between its `{*}` holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<String>,
}

impl Pattern {
    /// A pattern that matches this line alone.
    #[must_use]
    pub fn exact(line: impl Into<String>) -> Pattern {
        Pattern {
            pieces: vec![line.into()],
        }
    }

    /// Whether it leaves nothing open.
    #[must_use]
    pub fn as_exact(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [line] => Some(line),
            _ => None,
        }
    }

    #[must_use]
    pub fn matches(&self, line: &str) -> bool {
        let Some((first, others)) = self.pieces.split_first() else {
            return line.is_empty();
        };
        let Some((last, middle)) = others.split_last() else {
            return line == first;
        };
        let Some(mut rest) = line.strip_prefix(first.as_str()) else {
            return false;
        };
        for piece in middle {
            let Some(found) = rest.find(piece.as_str()) else {
                return false;
            };
            rest = &rest[found + piece.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

/// With `…` where any text may stand.
impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.pieces.join("…"))
    }
}

#[cfg(test)]
mod tests {
    use super::Template;
    use crate::lesson::Value;
    use crate::lesson::expr::{Fuel, Scope};

    #[derive(Default)]
    struct I(Fuel);
    impl Scope for I {
        fn name(&self, name: &str) -> Option<Value> {
            (name == "i").then_some(Value::Int(7))
        }

        fn fuel(&self) -> &Fuel {
            &self.0
        }
    }

    fn filled(text: &str) -> String {
        Template::parse(text)
            .unwrap()
            .fill(&I::default())
            .unwrap()
            .to_string()
    }

    #[test]
    fn holes_are_filled_as_python_prints() {
        assert_eq!(filled("say hi {i}"), "say hi 7");
        assert_eq!(
            filled("第{i}个进程 ---------> {100 + i}"),
            "第7个进程 ---------> 107"
        );
        assert_eq!(filled("{['a', i]}"), "['a', 7]");
        assert_eq!(filled("{{{i}}}"), "{7}");
    }

    #[test]
    fn a_star_stands_for_any_text() {
        let pattern = Template::parse("<{*} at 0x{*}> {i}")
            .unwrap()
            .fill(&I::default())
            .unwrap();
        assert!(pattern.matches("<ApplyResult at 0x7f> 7"));
        assert!(pattern.matches("< at 0x> 7"));
        assert!(!pattern.matches("<ApplyResult at 0x7f> 8"));
        assert!(!pattern.matches("<ApplyResult 7"));
        assert_eq!(pattern.as_exact(), None);
        // The end must not be matched by text the middle has used up.
        let overlap = Template::parse("ab{*}bc")
            .unwrap()
            .fill(&I::default())
            .unwrap();
        assert!(!overlap.matches("abc"));
        assert!(overlap.matches("abbc"));
    }

    #[test]
    fn a_broken_template_says_where() {
        for (text, offset) in [("a {i", 2), ("a } b", 2), ("{i +}", 4), ("x {}", 3)] {
            assert_eq!(Template::parse(text).unwrap_err().offset, offset, "{text}");
        }
    }
}
