//! Parameters: what of a lesson's program the learner may change, and within which range.
//!
//! Owns `Parameter` (its place in lesson.toml), `Params` (values chosen for one run, always within
//! their ranges) and the reading of `--set name=value`. A parameter `join_inside` is the constant
//! `JOIN_INSIDE` at the top of program.py.

use std::collections::BTreeMap;

use super::Value;
use super::words::Words;

/// One thing of the program the learner may change.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Lower case with underscores.
    pub name: String,
    pub label: Words,
    pub kind: ParameterKind,
}

/// What values it takes.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterKind {
    Int {
        default: i64,
        min: i64,
        max: i64,
    },
    Bool {
        default: bool,
    },
    /// Seconds of the program's own time; `--time-scale` multiplies them later.
    Seconds {
        default: f64,
        min: f64,
        max: f64,
    },
    Choice {
        default: String,
        choices: Vec<Choice>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: Words,
}

impl ParameterKind {
    /// Whether every value of `other` is one of this.
    pub(super) fn holds(&self, other: &ParameterKind) -> bool {
        match (self, other) {
            (
                ParameterKind::Int { min, max, .. },
                ParameterKind::Int {
                    min: low,
                    max: high,
                    ..
                },
            ) => min <= low && high <= max,
            (
                ParameterKind::Seconds { min, max, .. },
                ParameterKind::Seconds {
                    min: low,
                    max: high,
                    ..
                },
            ) => min <= low && high <= max,
            (ParameterKind::Bool { .. }, ParameterKind::Bool { .. }) => true,
            (
                ParameterKind::Choice { choices, .. },
                ParameterKind::Choice {
                    choices: others, ..
                },
            ) => {
                let known = |value: &str| choices.iter().any(|choice| choice.value == value);
                others.iter().all(|other| known(&other.value))
            }
            _ => false,
        }
    }

    /// What it takes, for an error: `an integer from 1 to 32`.
    #[must_use]
    pub fn takes(&self) -> Words {
        match self {
            ParameterKind::Int { min, max, .. } => {
                Words::tell("params.int", &[("min", min), ("max", max)])
            }
            ParameterKind::Bool { .. } => Words::tell("params.bool", &[]),
            ParameterKind::Seconds { min, max, .. } => {
                Words::tell("params.seconds", &[("min", min), ("max", max)])
            }
            ParameterKind::Choice { choices, .. } => {
                let words: Vec<&str> = choices.iter().map(|c| c.value.as_str()).collect();
                Words::tell("params.choice", &[("values", &words.join(", "))])
            }
        }
    }
}

impl Parameter {
    #[must_use]
    pub fn default(&self) -> Value {
        match &self.kind {
            ParameterKind::Int { default, .. } => (*default).into(),
            ParameterKind::Bool { default } => Value::Bool(*default),
            ParameterKind::Seconds { default, .. } => Value::Float(*default),
            ParameterKind::Choice { default, .. } => Value::Str(default.clone()),
        }
    }

    /// Its constant in program.py.
    #[must_use]
    pub fn constant(&self) -> String {
        self.name.to_uppercase()
    }

    /// Whether the value is one it takes; an integer is taken for seconds.
    #[must_use]
    pub fn admit(&self, value: &Value) -> Option<Value> {
        match (&self.kind, value) {
            (ParameterKind::Int { min, max, .. }, Value::Int(n)) => {
                (i128::from(*min) <= *n && *n <= i128::from(*max)).then(|| value.clone())
            }
            (ParameterKind::Bool { .. }, Value::Bool(_)) => Some(value.clone()),
            (ParameterKind::Seconds { min, max, .. }, Value::Int(_) | Value::Float(_)) => {
                let x = value.as_float()?;
                (*min <= x && x <= *max).then_some(Value::Float(x))
            }
            (ParameterKind::Choice { choices, .. }, Value::Str(text)) => choices
                .iter()
                .any(|choice| choice.value == *text)
                .then(|| value.clone()),
            _ => None,
        }
    }

    /// Reads a value as `--set` gives it.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Value> {
        let value = match &self.kind {
            ParameterKind::Int { .. } => text.parse::<i64>().ok()?.into(),
            ParameterKind::Bool { .. } => match text {
                "true" | "True" | "on" | "yes" | "1" => Value::Bool(true),
                "false" | "False" | "off" | "no" | "0" => Value::Bool(false),
                _ => return None,
            },
            ParameterKind::Seconds { .. } => {
                Value::Float(text.parse().ok().filter(|x: &f64| x.is_finite())?)
            }
            ParameterKind::Choice { .. } => Value::Str(text.to_owned()),
        };
        self.admit(&value)
    }
}

/// A value for every parameter of a lesson, each within its range.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Params {
    values: BTreeMap<String, Value>,
}

/// Why a value was refused. Exit code 2: the command line is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParamsError {
    #[error("`--set {given}` has no value: write it as NAME=VALUE, for example `--set {example}`")]
    NoValue { given: String, example: String },
    #[error("lesson {lesson} has no parameter `{given}`: it has {known}")]
    Unknown {
        lesson: String,
        given: String,
        known: String,
    },
    #[error("lesson {lesson}: `{name}` can't be `{given}`: it takes {}", kind.takes().en)]
    Refused {
        lesson: String,
        name: String,
        given: String,
        kind: ParameterKind,
    },
}

impl Params {
    /// Every parameter at its default.
    #[must_use]
    pub fn defaults(parameters: &[Parameter]) -> Params {
        let values = parameters
            .iter()
            .map(|parameter| (parameter.name.clone(), parameter.default()))
            .collect();
        Params { values }
    }

    /// Applies one `name=value`.
    ///
    /// # Errors
    /// The text has no `=`, the lesson no such parameter, or the value is out of its range.
    pub fn set(
        &mut self,
        lesson: &str,
        parameters: &[Parameter],
        given: &str,
    ) -> Result<(), ParamsError> {
        let Some((name, text)) = given.split_once('=') else {
            let example = parameters.first().map_or("name=value".to_owned(), |p| {
                format!("{}={}", p.name, p.default())
            });
            return Err(ParamsError::NoValue {
                given: given.to_owned(),
                example,
            });
        };
        let (name, text) = (name.trim().replace('-', "_"), text.trim());
        let parameter = find(lesson, parameters, &name)?;
        let value = parameter.read(text);
        self.put(lesson, parameter, value, text)
    }

    /// Applies a value that comes from a recording, the stage's config or the session's form.
    ///
    /// # Errors
    /// The lesson has no such parameter, or the value is out of its range.
    pub fn set_value(
        &mut self,
        lesson: &str,
        parameters: &[Parameter],
        name: &str,
        value: &Value,
    ) -> Result<(), ParamsError> {
        let parameter = find(lesson, parameters, name)?;
        self.put(
            lesson,
            parameter,
            parameter.admit(value),
            &value.to_string(),
        )
    }

    fn put(
        &mut self,
        lesson: &str,
        parameter: &Parameter,
        value: Option<Value>,
        given: &str,
    ) -> Result<(), ParamsError> {
        let value = value.ok_or_else(|| ParamsError::Refused {
            lesson: lesson.to_owned(),
            name: parameter.name.clone(),
            given: given.to_owned(),
            kind: parameter.kind.clone(),
        })?;
        self.values.insert(parameter.name.clone(), value);
        Ok(())
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// `name=value` of each, as `--set` takes it.
    pub fn settings(&self) -> impl Iterator<Item = String> {
        self.iter().map(|(name, value)| match value {
            Value::Bool(value) => format!("{name}={value}"),
            value => format!("{name}={value}"),
        })
    }

    /// As the stage's config and a recording's header carry them.
    #[must_use]
    pub fn to_json(&self) -> BTreeMap<String, serde_json::Value> {
        self.values
            .iter()
            .map(|(name, value)| {
                // Plain values always have a JSON form.
                let json = serde_json::to_value(value).unwrap_or(serde_json::Value::Null);
                (name.clone(), json)
            })
            .collect()
    }

    /// The defaults, with what the JSON object names put over them.
    ///
    /// # Errors
    /// As `set_value`.
    pub fn from_json(
        lesson: &str,
        parameters: &[Parameter],
        json: &BTreeMap<String, serde_json::Value>,
    ) -> Result<Params, ParamsError> {
        let mut params = Params::defaults(parameters);
        for (name, value) in json {
            let value: Value =
                serde_json::from_value(value.clone()).unwrap_or(Value::Str(value.to_string()));
            params.set_value(lesson, parameters, name, &value)?;
        }
        Ok(params)
    }
}

fn find<'a>(
    lesson: &str,
    parameters: &'a [Parameter],
    name: &str,
) -> Result<&'a Parameter, ParamsError> {
    parameters.iter().find(|p| p.name == name).ok_or_else(|| {
        let known: Vec<&str> = parameters.iter().map(|p| p.name.as_str()).collect();
        ParamsError::Unknown {
            lesson: lesson.to_owned(),
            given: name.to_owned(),
            known: if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Choice, Parameter, ParameterKind, Params, Value, Words};

    fn parameters() -> Vec<Parameter> {
        let label = Words::default();
        let parameter = |name: &str, kind| Parameter {
            name: name.into(),
            label: label.clone(),
            kind,
        };
        let choice = |value: &str| Choice {
            value: value.into(),
            label: Words::default(),
        };
        vec![
            parameter(
                "processes",
                ParameterKind::Int {
                    default: 10,
                    min: 1,
                    max: 32,
                },
            ),
            parameter("join_inside", ParameterKind::Bool { default: true }),
            parameter(
                "sleep",
                ParameterKind::Seconds {
                    default: 1.0,
                    min: 0.0,
                    max: 5.0,
                },
            ),
            parameter(
                "lock",
                ParameterKind::Choice {
                    default: "RLock".into(),
                    choices: vec![choice("RLock"), choice("none")],
                },
            ),
        ]
    }

    fn set(given: &str) -> Result<Params, String> {
        let mut params = Params::defaults(&parameters());
        params
            .set("lock", &parameters(), given)
            .map_err(|error| error.to_string())?;
        Ok(params)
    }

    #[test]
    fn values_within_their_range_are_taken() {
        for (given, name, value) in [
            ("processes=1", "processes", Value::Int(1)),
            ("processes=32", "processes", Value::Int(32)),
            ("join-inside=off", "join_inside", Value::Bool(false)),
            ("sleep=0.25", "sleep", Value::Float(0.25)),
            ("sleep=2", "sleep", Value::Float(2.0)),
            ("lock = none", "lock", Value::Str("none".into())),
        ] {
            assert_eq!(set(given).unwrap().get(name), Some(&value), "{given}");
        }
    }

    #[test]
    fn a_refusal_names_the_lesson_the_value_and_the_range() {
        for (given, words) in [
            (
                "processes=33",
                "lesson lock: `processes` can't be `33`: it takes an integer from 1 to 32",
            ),
            (
                "processes=0",
                "lesson lock: `processes` can't be `0`: it takes an integer from 1 to 32",
            ),
            (
                "processes=ten",
                "lesson lock: `processes` can't be `ten`: it takes an integer from 1 to 32",
            ),
            (
                "join_inside=maybe",
                "lesson lock: `join_inside` can't be `maybe`: it takes true or false",
            ),
            (
                "sleep=nan",
                "lesson lock: `sleep` can't be `nan`: it takes seconds from 0 to 5",
            ),
            (
                "lock=rlock",
                "lesson lock: `lock` can't be `rlock`: it takes one of RLock, none",
            ),
            (
                "workers=3",
                "lesson lock has no parameter `workers`: it has processes, join_inside, sleep, lock",
            ),
            (
                "processes",
                "`--set processes` has no value: write it as NAME=VALUE, for example `--set processes=10`",
            ),
        ] {
            assert_eq!(set(given).unwrap_err(), words);
        }
    }

    #[test]
    fn values_go_through_json() {
        let mut params = set("sleep=0.5").unwrap();
        params.set("lock", &parameters(), "lock=none").unwrap();
        let json = params.to_json();
        assert_eq!(
            Params::from_json("lock", &parameters(), &json).unwrap(),
            params
        );
        let mut wrong = json.clone();
        wrong.insert("processes".into(), serde_json::json!("3"));
        assert!(Params::from_json("lock", &parameters(), &wrong).is_err());
    }
}
