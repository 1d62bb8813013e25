//! `forklore compare A B`: where two recordings part, in words or as JSON; `methods` has the runs of
//! one program under every start method.

mod methods;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::Stop;
use super::args::{CompareArgs, CompareFormat};
use super::context::Context;
use super::recording::Recording;
use super::words::brief;
use crate::compare::{Comparison, Parting, Run, Step, Totals, compare, told};
use crate::error::{Code, Failure};
use crate::lesson::Lesson;
use crate::text::{Lang, Mood, clean, push_json, seconds};
use crate::trace::{Engine, Header};

/// Processes named beside the first that differs.
const OTHERS: usize = 8;
/// Settings named that differ.
const SETTINGS: usize = 24;

pub(crate) fn run(context: &Context, args: &CompareArgs) -> Result<Code, Stop> {
    let (a, b) = match (&args.start_methods, &args.a, &args.b) {
        (Some(program), ..) => return methods::run(context, args, program),
        (None, Some(a), Some(b)) => (a, b),
        // The command line has asked for both.
        (None, ..) => return Err(Failure::new(Code::Usage, String::new()).into()),
    };
    let paths = [a, b];
    if a.as_os_str() == "-" && b.as_os_str() == "-" {
        let what = context.lang.phrase("compare.one-stdin");
        return Err(Failure::new(Code::Usage, what).into());
    }
    let a = Recording::open(context, a)?;
    let b = Recording::open(context, b)?;
    let headers = [a.header().clone(), b.header().clone()];
    let (a, a_damaged) = side(context, a)?;
    let (b, b_damaged) = side(context, b)?;
    let comparison = compare(&a, &b);
    let page = match args.format {
        CompareFormat::Text => {
            let names = paths.map(|path| path.display().to_string());
            words(context, &comparison, &names, &headers).into_bytes()
        }
        CompareFormat::Json => {
            let document = document(&comparison, &headers);
            let json = serde_json::to_vec_pretty(&document).map_err(io::Error::from)?;
            let mut page = Vec::new();
            push_json(&mut page, &json);
            page.push(b'\n');
            page
        }
    };
    io::stdout().write_all(&page)?;
    Ok(if a_damaged || b_damaged {
        Code::Unreadable
    } else if comparison.is_same() {
        Code::Fine
    } else {
        Code::CheckFailed
    })
}

fn side(context: &Context, recording: Recording) -> Result<(Run, bool), Stop> {
    let header = recording.header();
    let library = context.library()?;
    let native = header.engine.engine() == Engine::Native;
    let lesson = library
        .iter()
        .find(|lesson| native && lesson.slug() == header.lesson);
    let mut run = Run::in_python(lesson.map_or_else(Vec::new, Lesson::python_lines));
    let told = recording.fold(context, |event, world| {
        run.push(event, world);
        Ok(())
    })?;
    run.end(&told.world);
    Ok((run, told.damaged))
}

fn words(
    context: &Context,
    comparison: &Comparison,
    names: &[String; 2],
    headers: &[Header; 2],
) -> String {
    let lang = context.lang;
    let mut page = String::new();
    let sides = [
        ("A", &comparison.a, &names[0]),
        ("B", &comparison.b, &names[1]),
    ];
    for (letter, totals, name) in sides {
        // Writing to a String does not fail.
        let _ = writeln!(
            page,
            "{letter}  {}  {}",
            clean(name),
            totals_words(lang, totals)
        );
    }
    page.push('\n');
    settings(lang, headers, &mut page);
    let mood = match comparison.first {
        None => Mood::Good,
        Some(_) => Mood::Warning,
    };
    for (number, line) in told(lang, comparison).into_iter().enumerate() {
        let line = match number {
            0 => context.paint.mood(mood, line).to_string(),
            _ => line,
        };
        let _ = writeln!(page, "{line}");
    }
    others(lang, comparison, &mut page);
    if let Some((a, b)) = comparison.order {
        let mut told = lang.tell("compare.order", &[("a", &a), ("b", &b)]);
        if a == 0 || b == 0 {
            told += lang.phrase("compare.order-over");
        }
        let _ = writeln!(page, "{told}");
    }
    page
}

fn totals_words(lang: Lang, totals: &Totals) -> String {
    let mut told = lang.tell(
        "compare.totals",
        &[
            ("seconds", &seconds(totals.time)),
            ("events", &totals.events),
            ("processes", &totals.processes),
            ("lines", &totals.lines),
        ],
    );
    if totals.most_busy > 0 {
        told += &lang.tell("compare.busy", &[("workers", &totals.most_busy)]);
    }
    if totals.left_out > 0 {
        told += &lang.tell("compare.left-out", &[("steps", &totals.left_out)]);
    }
    told
}

/// The further processes that differ.
fn others(lang: Lang, comparison: &Comparison, page: &mut String) {
    let further: Vec<String> = comparison
        .processes
        .iter()
        .skip(1)
        .take(OTHERS)
        .map(|parting| format!("{} ({})", brief(&parting.process), parting.same))
        .collect();
    if further.is_empty() {
        return;
    }
    let mut names = further.join(", ");
    if comparison.processes.len() > OTHERS + 1 {
        names += " …";
    }
    let _ = writeln!(
        page,
        "{}",
        lang.tell("compare.others", &[("names", &names)])
    );
}

/// What was set differently, by name.
fn differences([a, b]: &[Header; 2]) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut add = |name: &str, a: String, b: String| {
        if a != b {
            found.push((name.to_owned(), a, b));
        }
    };
    add("lesson", a.lesson.clone(), b.lesson.clone());
    add("engine", a.engine.to_string(), b.engine.to_string());
    let program = |header: &Header| header.program_sha256.chars().take(12).collect();
    add("program", program(a), program(b));
    let names: BTreeSet<&String> = a.params.keys().chain(b.params.keys()).collect();
    for name in names {
        let value = |header: &Header| match header.params.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "–".to_owned(),
        };
        add(name, value(a), value(b));
    }
    add("stdout", a.stdout.clone(), b.stdout.clone());
    add("gate", a.gate.clone(), b.gate.clone());
    let scale = |header: &Header| header.time_scale.to_string();
    add("time-scale", scale(a), scale(b));
    let seed = |header: &Header| {
        header
            .seed
            .map_or_else(|| "–".to_owned(), |n| n.to_string())
    };
    add("seed", seed(a), seed(b));
    found
}

fn settings(lang: Lang, headers: &[Header; 2], page: &mut String) {
    let differences = differences(headers);
    let mut told: Vec<String> = differences
        .iter()
        .take(SETTINGS)
        .map(|(name, a, b)| format!("{} {} / {}", brief(name), brief(a), brief(b)))
        .collect();
    if differences.len() > SETTINGS {
        told.push("…".to_owned());
    }
    if !told.is_empty() {
        let _ = writeln!(
            page,
            "{}",
            lang.tell("compare.settings", &[("settings", &told.join(", "))])
        );
    }
}

fn document(comparison: &Comparison, headers: &[Header; 2]) -> Value {
    let settings: serde_json::Map<_, _> = differences(headers)
        .into_iter()
        .map(|(name, a, b)| (name, json!({"a": a, "b": b})))
        .collect();
    json!({
        "settings": settings,
        "same": comparison.is_same(),
        "first": first(comparison),
        "processes": comparison.processes.iter().map(parting).collect::<Vec<_>>(),
        "order": comparison.order.map(|(a, b)| json!({"a": a, "b": b})),
        "a": totals(&comparison.a),
        "b": totals(&comparison.b),
    })
}

fn first(comparison: &Comparison) -> Option<Value> {
    comparison.first.as_ref().map(parting)
}

fn parting(parting: &Parting) -> Value {
    json!({
        "kind": parting.kind.word(),
        "process": parting.process,
        "same": parting.same,
        "a": parting.a.as_ref().map(step),
        "b": parting.b.as_ref().map(step),
    })
}

fn step(step: &Step) -> Value {
    json!({
        "seq": step.seq,
        "t": step.t,
        "op": &*step.what,
        "object": &*step.object,
        "at": &*step.at,
        "outcome": &*step.outcome,
    })
}

fn totals(totals: &Totals) -> Value {
    json!({
        "time": totals.time,
        "events": totals.events,
        "processes": totals.processes,
        "lines": totals.lines,
        "most_busy": totals.most_busy,
        "left_out": totals.left_out,
    })
}
