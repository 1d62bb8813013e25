//! What `why` shows: the processes with their threads and stacks, then what went wrong; or JSON.

use std::fmt::Write as _;
use std::io;

use serde_json::{Value, json};

use crate::cli::args::RunFormat;
use crate::cli::context::Context;
use crate::finding::Finding;
use crate::inspect::{Note, Report, Row, ThreadRow};
use crate::report::{Style, findings_json, living};
use crate::text::{Mood, push_json};

/// Functions of one stack that are shown.
const FRAMES: usize = 12;
/// PIDs named of processes that do the same.
const PIDS: usize = 8;

pub(super) fn page(context: &Context, format: RunFormat, report: &Report) -> io::Result<Vec<u8>> {
    match format {
        RunFormat::Human => Ok(human(&context.style(), report).into_bytes()),
        RunFormat::Json => document(report),
    }
}

fn list(report: &Report) -> Vec<&Finding> {
    report.findings.iter().collect()
}

fn human(style: &Style, report: &Report) -> String {
    let lang = style.lang;
    let mut page = String::new();
    let threads: usize = report.processes.iter().map(|row| row.threads.len()).sum();
    let program = report
        .processes
        .first()
        .map_or("", |row| row.command.as_str());
    let title = lang.tell(
        "why.title",
        &[
            ("program", &program),
            ("processes", &report.processes.len()),
            ("threads", &threads),
        ],
    );
    let _ = writeln!(page, "{}", style.paint.mood(Mood::Heading, title));
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    for row in &report.processes {
        match groups.iter_mut().find(|group| is_same(group[0], row)) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    for group in groups {
        process(style, group[0], &mut page);
        let same: Vec<String> = group[1..].iter().map(|row| row.pid.to_string()).collect();
        if !same.is_empty() {
            let more = if same.len() > PIDS { ", …" } else { "" };
            let pids = same
                .iter()
                .take(PIDS)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            let words = lang.tell("why.same", &[("n", &same.len()), ("pids", &(pids + more))]);
            let _ = writeln!(page, "  {}", style.paint.mood(Mood::Dim, words));
        }
    }
    if report.bounded {
        let _ = writeln!(page, "{}", lang.phrase("why.bounded"));
    }
    if report.left_out {
        let most = report.processes.len();
        let _ = writeln!(
            page,
            "{}",
            lang.tell("why.bounded-processes", &[("n", &most)])
        );
    }
    if report.findings.is_empty() {
        let _ = writeln!(page, "\n{}", lang.phrase("why.waits-only"));
    }
    living(style, &list(report), &mut page);
    page
}

/// Whether two processes show the same, but for who they are.
fn is_same(one: &Row, other: &Row) -> bool {
    let same = |(one, other): (&ThreadRow, &ThreadRow)| {
        one.idle == other.idle && one.stack == other.stack && one.doing == other.doing
    };
    one.command == other.command
        && one.note == other.note
        && one.state == other.state
        && (!one.threads.is_empty() || one.note.is_some())
        && one.threads.len() == other.threads.len()
        && one.threads.iter().zip(&other.threads).all(same)
}

fn process(style: &Style, row: &Row, page: &mut String) {
    let lang = style.lang;
    let head = lang.tell("why.process", &[("pid", &row.pid), ("name", &row.name)]);
    let _ = writeln!(
        page,
        "{}  {}",
        style.paint.mood(Mood::Heading, head),
        style
            .paint
            .mood(Mood::Dim, format!("{}  {}", row.state, row.command))
    );
    match &row.note {
        Some(Note::Python(version)) => {
            let words = lang.tell("why.no-python", &[("version", version)]);
            let _ = writeln!(page, "  {words}");
        }
        Some(Note::NotPermitted) => {
            let _ = writeln!(page, "  {}", lang.phrase("why.not-permitted"));
        }
        Some(Note::Zombie(exit)) => {
            let _ = writeln!(page, "  {}", lang.tell("why.zombie", &[("exit", exit)]));
        }
        None => {}
    }
    for each in &row.threads {
        thread(style, each, page);
    }
}

fn thread(style: &Style, thread: &ThreadRow, page: &mut String) {
    let lang = style.lang;
    let name = match &thread.name {
        Some(name) => format!("{name}: "),
        None => String::new(),
    };
    let words = format!("{name}{}", thread.doing.get(lang));
    let mood = match (thread.idle, thread.stuck) {
        (true, _) => Mood::Dim,
        (false, true) => Mood::Warning,
        (false, false) => Mood::Good,
    };
    let _ = writeln!(page, "  {}", style.paint.mood(mood, words));
    if thread.idle {
        return;
    }
    // The function that waits, then the program's own.
    let frames = thread.stack.iter().enumerate();
    let frames = frames.filter(|(at, (_, own))| *own || *at == 0);
    let frames: Vec<&str> = frames.map(|(_, (frame, _))| frame.as_str()).collect();
    for frame in frames.iter().take(FRAMES) {
        let _ = writeln!(page, "      {}", style.paint.mood(Mood::Dim, frame));
    }
    if frames.len() > FRAMES {
        let more = lang.tell("why.more-frames", &[("n", &(frames.len() - FRAMES))]);
        let _ = writeln!(page, "      {}", style.paint.mood(Mood::Dim, more));
    }
}

/// The document of the findings, and with them what was seen.
fn document(report: &Report) -> io::Result<Vec<u8>> {
    let mut document: Value = serde_json::from_slice(&findings_json(&list(report))?)?;
    document["processes"] = report.processes.iter().map(row).collect();
    document["bounded"] = json!(report.bounded || report.left_out);
    let mut page = Vec::new();
    push_json(&mut page, &serde_json::to_vec(&document)?);
    page.push(b'\n');
    Ok(page)
}

fn row(row: &Row) -> Value {
    let note = match &row.note {
        Some(Note::Python(_)) => "unknown-python",
        Some(Note::NotPermitted) => "not-permitted",
        Some(Note::Zombie(_)) => "zombie",
        None => "",
    };
    let threads: Vec<Value> = row.threads.iter().map(one).collect();
    json!({
        "pid": row.pid,
        "ppid": row.ppid,
        "name": row.name,
        "command": row.command,
        "state": row.state.to_string(),
        "python": row.python,
        "note": note,
        "threads": threads,
    })
}

fn one(thread: &ThreadRow) -> Value {
    let stack: Vec<&str> = thread
        .stack
        .iter()
        .map(|(frame, _)| frame.as_str())
        .collect();
    json!({
        "tid": thread.tid,
        "name": thread.name,
        "doing": thread.doing.en,
        "stuck": thread.stuck,
        "idle": thread.idle,
        "stack": stack,
    })
}
