//! Parameters in program.py: the constants at its top, found and set.
//!
//! Owns the convention that a parameter `join_inside` is the line `JOIN_INSIDE = …` at module
//! level. Used to run program.py with other values (line numbers stay) and to lint the defaults.

use super::Value;
use super::error::Spot;
use super::params::{Parameter, Params};

/// The line of `NAME = …`, from 0, and where on it the value stands.
pub(super) struct Constant {
    pub(super) line: usize,
    start: usize,
    end: usize,
}

/// Finds the constant of a parameter: the first assignment to that name that begins a line.
pub(super) fn find(source: &str, name: &str) -> Option<Constant> {
    find_from(source, name, 0)
}

/// The next assignment after it: that one would undo what is set here.
pub(super) fn find_after(source: &str, name: &str, constant: &Constant) -> Option<Constant> {
    find_from(source, name, constant.line + 1)
}

fn find_from(source: &str, name: &str, first: usize) -> Option<Constant> {
    let mut lines = source.lines().enumerate().skip(first);
    lines.find_map(|(line, text)| {
        let after = text.strip_prefix(name)?;
        let equals = after.find(|c: char| c != ' ')?;
        let value = after[equals..].strip_prefix('=')?;
        if value.starts_with('=') {
            return None;
        }
        let spaces = value.len() - value.trim_start().len();
        let start = text.len() - value.len() + spaces;
        let end = start + literal_length(&text[start..]);
        Some(Constant { line, start, end })
    })
}

impl Constant {
    /// Where its value stands.
    pub(super) fn spot(&self, source: &str) -> Spot {
        let before = source
            .lines()
            .nth(self.line)
            .map(|text| &text[..self.start]);
        Spot {
            line: self.line + 1,
            column: before.unwrap_or_default().chars().count() + 1,
        }
    }

    pub(super) fn value<'a>(&self, source: &'a str) -> &'a str {
        source
            .lines()
            .nth(self.line)
            .map_or("", |text| &text[self.start..self.end])
    }
}

/// Up to the comment, quotes minded.
fn literal_length(text: &str) -> usize {
    let mut quote = None;
    for (place, c) in text.char_indices() {
        match (quote, c) {
            (None, '#') => return text[..place].trim_end().len(),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    text.trim_end().len()
}

/// Whether a literal of program.py means this value.
pub(super) fn means(literal: &str, value: &Value) -> bool {
    let Some(read) = Value::parse(literal) else {
        return false;
    };
    // `1 == True` in Python, but a constant of the wrong type is a mistake.
    matches!(read, Value::Bool(_)) == matches!(value, Value::Bool(_)) && read == *value
}

/// Another program, with the constants it has at these values, and the parameters whose constants it lacks.
pub(super) fn set_all(
    source: &str,
    parameters: &[Parameter],
    params: &Params,
) -> (String, Vec<String>) {
    let mut lines: Vec<String> = source.split('\n').map(str::to_owned).collect();
    let mut missing = Vec::new();
    for parameter in parameters {
        let Some(value) = params.get(&parameter.name) else {
            continue;
        };
        match find(source, &parameter.constant()) {
            Some(constant) => {
                lines[constant.line].replace_range(constant.start..constant.end, &value.repr());
            }
            None => missing.push(parameter.constant()),
        }
    }
    (lines.join("\n"), missing)
}

/// The program with its constants at the values of `params`.
pub(super) fn with_params(
    source: &str,
    parameters: &[Parameter],
    params: &Params,
) -> Result<String, Vec<String>> {
    let mut lines: Vec<String> = source.split('\n').map(str::to_owned).collect();
    let mut missing = Vec::new();
    for parameter in parameters {
        let Some(value) = params.get(&parameter.name) else {
            continue;
        };
        if *value == parameter.default() {
            continue;
        }
        match find(source, &parameter.constant()) {
            Some(constant) => {
                lines[constant.line].replace_range(constant.start..constant.end, &value.repr());
            }
            None => missing.push(parameter.name.clone()),
        }
    }
    if missing.is_empty() {
        Ok(lines.join("\n"))
    } else {
        Err(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::{find, means, with_params};
    use crate::lesson::{Parameter, ParameterKind, Params, Value, Words};

    const PROGRAM: &str = "from time import sleep\n\nPROCESSES = 3  # a few\nPROCESSES_MAX = 4\n\
                           SLEEP = 1\nWORD = 'a # b'  # c\nif PROCESSES == 3:\n    SLEEP = 9\n";

    #[test]
    fn a_constant_is_the_assignment_that_begins_a_line() {
        let value = |name| find(PROGRAM, name).map(|c| (c.line, c.value(PROGRAM)));
        assert_eq!(value("PROCESSES"), Some((2, "3")));
        assert_eq!(value("SLEEP"), Some((4, "1")));
        assert_eq!(value("WORD"), Some((5, "'a # b'")));
        assert_eq!(value("TASKS"), None);
    }

    #[test]
    fn a_literal_means_its_value_and_type() {
        assert!(means("1", &Value::Float(1.0)));
        assert!(means("True", &Value::Bool(true)));
        assert!(means("'none'", &Value::Str("none".into())));
        for (literal, value) in [
            ("1", Value::Bool(true)),
            ("True", Value::Int(1)),
            ("none", Value::Str("none".into())),
            ("2", Value::Int(3)),
        ] {
            assert!(!means(literal, &value), "{literal}");
        }
    }

    #[test]
    fn values_are_set_where_they_differ_and_lines_stay() {
        let parameter = |name: &str, kind| Parameter {
            name: name.into(),
            label: Words::default(),
            kind,
        };
        let (default, min, max) = (3, 1, 9);
        let mut parameters = vec![
            parameter("processes", ParameterKind::Int { default, min, max }),
            parameter(
                "sleep",
                ParameterKind::Seconds {
                    default: 1.0,
                    min: 0.0,
                    max: 9.0,
                },
            ),
        ];
        let mut params = Params::defaults(&parameters);
        assert_eq!(
            with_params(PROGRAM, &parameters, &params).unwrap(),
            PROGRAM,
            "defaults change nothing"
        );
        params.set("x", &parameters, "processes=5").unwrap();
        params.set("x", &parameters, "sleep=0.5").unwrap();
        let changed = with_params(PROGRAM, &parameters, &params).unwrap();
        assert_eq!(
            changed,
            PROGRAM
                .replace("PROCESSES = 3 ", "PROCESSES = 5 ")
                .replace("\nSLEEP = 1", "\nSLEEP = 0.5")
        );
        parameters.push(parameter("tasks", ParameterKind::Int { default, min, max }));
        let mut params = Params::defaults(&parameters);
        params.set("x", &parameters, "tasks=4").unwrap();
        assert_eq!(
            with_params(PROGRAM, &parameters, &params).unwrap_err(),
            ["tasks"]
        );
    }
}
