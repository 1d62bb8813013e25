//! `Facts`: a finished run as names and functions for a lesson's expressions.
//!
//! Predictions and outcomes of kind `value` are expressions over these (`lesson::RUN_NAMES`,
//! `lesson::RUN_FUNCTIONS`); everything is read from the `World` when it is asked for.

use super::processes::{lives, most_at_once, number};
use super::{is_of, objects, tasks};
use crate::lesson::{
    EvalError, Fuel, Lesson, Of, Outcome, OutcomeLabel, RUN_FUNCTIONS, Scope, Setting, Value, Words,
};
use crate::model::{Activity, Line, Process, World};
use crate::trace::{Exit, Stream};

/// A run as a scope: its facts before the names of its setting.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub lesson: &'a Lesson,
    pub setting: &'a Setting,
    pub world: &'a World,
}

/// How the run came out.
///
/// # Errors
/// What the lesson's expressions report.
pub fn outcome(facts: &Facts<'_>) -> Result<OutcomeLabel, EvalError> {
    let outcome = &facts.lesson.manifest.outcome;
    if let Outcome::Value { value } = outcome {
        return Ok(OutcomeLabel {
            text: value.eval(facts)?.to_string(),
            blocks: Vec::new(),
        });
    }
    let texts: Vec<String> = facts
        .stdout()
        .map(|line| line.text().into_owned())
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let label = outcome.of_lines(&texts, facts.setting)?;
    Ok(label.unwrap_or(OutcomeLabel {
        text: String::new(),
        blocks: Vec::new(),
    }))
}

fn text(text: impl Into<String>) -> Value {
    Value::Str(text.into())
}

impl Facts<'_> {
    fn stdout(&self) -> impl Iterator<Item = &Line> {
        let lines = self.world.log().lines();
        lines.filter(|line| line.stream == Stream::Stdout)
    }

    /// What looking through the run costs, in units of fuel.
    fn size(&self) -> usize {
        let log = self.world.log();
        let spans = self
            .world
            .processes()
            .map(|process| process.track.spans.len());
        log.lines().count() + spans.sum::<usize>()
    }

    /// The program's own seconds: real time over the scale of its sleeps.
    fn seconds(&self) -> f64 {
        let end = self.world.end().map_or(self.world.now(), |end| end.t);
        let scale = self.world.time_scale();
        #[expect(
            clippy::cast_precision_loss,
            reason = "nanoseconds of a run are far below 2^53"
        )]
        let real = end as f64 / 1e9;
        if scale > 0.0 { real / scale } else { real }
    }

    fn role(args: &[Value]) -> Result<Of, Words> {
        match args {
            [] => Ok(Of::All),
            [Value::Str(word)] => {
                Of::parse(word).ok_or_else(|| Words::tell("eval.no-role", &[("word", word)]))
            }
            _ => Err(Words::tell("eval.role", &[])),
        }
    }

    fn exit_code(&self, name: &str) -> Value {
        let found = self
            .world
            .processes()
            .find(|process| *process.name == *name);
        let code = found.and_then(Process::exit).and_then(Exit::exitcode);
        code.map_or(Value::None, Value::from)
    }

    /// Processes that were blocked on the object.
    fn waited(&self, name: &str) -> Result<Value, Words> {
        let object = objects::find(self.world, name)
            .ok_or_else(|| Words::tell("eval.no-object", &[("name", &name)]))?;
        let waits = self.world.processes().filter(|process| {
            process.track.spans.iter().any(|span| {
                matches!(span.activity, Activity::Waiting { object: Some(key), .. } if key == object.key)
            })
        });
        Ok(number(waits.count()))
    }
}

impl Scope for Facts<'_> {
    fn name(&self, name: &str) -> Option<Value> {
        Some(match name {
            "lines" => Value::List(self.stdout().map(|line| text(line.text())).collect()),
            "writers" => {
                let name = |line: &Line| {
                    let process = line.proc.and_then(|proc| self.world.process(proc));
                    process.map_or(Value::None, |process| text(&*process.name))
                };
                Value::List(self.stdout().map(name).collect())
            }
            "blocks" => {
                let labels = outcome(self).map(|label| label.blocks).unwrap_or_default();
                Value::List(labels.into_iter().map(Value::Str).collect())
            }
            "outcome" => match &self.lesson.manifest.outcome {
                // Its own value must not ask for itself.
                Outcome::Value { .. } => return None,
                _ => text(outcome(self).ok()?.text),
            },
            "status" => {
                let end = self.world.end();
                text(end.map_or("unknown", |note| note.end.status.as_str()))
            }
            "seconds" => Value::Float(self.seconds()),
            "task_pids" => number(tasks::workers(self.world).len()),
            "results" => {
                let tasks = tasks::all(self.world).into_iter();
                Value::List(
                    tasks
                        .map(|task| text(tasks::state_word(task.state)))
                        .collect(),
                )
            }
            _ => return self.setting.name(name),
        })
    }

    fn fuel(&self) -> &Fuel {
        self.setting.fuel()
    }

    fn call(&self, function: &str, args: &[Value]) -> Option<Result<Value, Words>> {
        if RUN_FUNCTIONS.iter().any(|known| known.name == function)
            && let Err(error) = self.fuel().burn(self.size())
        {
            return Some(Err(error.into()));
        }
        let of_role = |count: &dyn Fn(Of) -> Value| Facts::role(args).map(count);
        let named = |answer: &dyn Fn(&str) -> Result<Value, Words>| match args {
            [Value::Str(name)] => answer(name),
            _ => Err(Words::tell("eval.one-text", &[("function", &function)])),
        };
        Some(match function {
            "count" => of_role(&|of| number(lives(of, self.world).len())),
            "pids" => of_role(&|of| {
                let found = self.world.processes().filter(|process| is_of(of, process));
                Value::List(found.map(|p| Value::from(p.pid)).collect())
            }),
            "most_alive" => of_role(&|of| number(most_at_once(&lives(of, self.world)).0)),
            "most_tasks" => {
                let runs = tasks::runs(self.world).into_iter();
                let intervals: Vec<_> = runs.map(|(_, start, end)| (start, end)).collect();
                Ok(number(most_at_once(&intervals).0))
            }
            "exitcode" => named(&|name| Ok(self.exit_code(name))),
            "printed" => named(&|line| {
                Ok(number(
                    self.stdout().filter(|found| found.text() == line).count(),
                ))
            }),
            "cells" => named(&|name| {
                objects::find(self.world, name)
                    .and_then(objects::values)
                    .map(Value::List)
                    .ok_or_else(|| Words::tell("eval.no-values", &[("name", &name)]))
            }),
            "waited" => named(&|name| self.waited(name)),
            _ => return None,
        })
    }
}
