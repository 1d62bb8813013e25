//! The parameters at which a lesson is looked at: its defaults and the ends of its ranges.

use super::Value;
use super::params::{Parameter, ParameterKind, Params};
use super::words::Words;

/// The defaults, each parameter in turn at its bounds or choices, and all numbers at their greatest.
pub(super) fn extremes(parameters: &[Parameter]) -> Vec<(Params, Words)> {
    let defaults = Words::tell("lint.defaults", &[]);
    let mut found = vec![(Params::defaults(parameters), defaults)];
    for parameter in parameters {
        let values = match &parameter.kind {
            ParameterKind::Int { min, max, .. } => vec![(*min).into(), (*max).into()],
            ParameterKind::Bool { default } => vec![Value::Bool(!default)],
            ParameterKind::Seconds { min, max, .. } => vec![Value::Float(*min), Value::Float(*max)],
            ParameterKind::Choice { choices, .. } => choices
                .iter()
                .map(|choice| Value::Str(choice.value.clone()))
                .collect(),
        };
        for value in values {
            let mut params = Params::defaults(parameters);
            let words = Words::of(|_| format!("{} = {value}", parameter.name));
            if params
                .set_value("", parameters, &parameter.name, &value)
                .is_ok()
            {
                found.push((params, words));
            }
        }
    }
    let mut all = Params::defaults(parameters);
    for parameter in parameters {
        let greatest = match &parameter.kind {
            ParameterKind::Int { max, .. } => Value::from(*max),
            ParameterKind::Seconds { max, .. } => Value::Float(*max),
            _ => continue,
        };
        // It is the parameter's own bound.
        let _ = all.set_value("", parameters, &parameter.name, &greatest);
    }
    found.push((all, Words::tell("lint.greatest", &[])));
    found
}
