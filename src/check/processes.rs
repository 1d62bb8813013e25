//! Checks over processes: what each printed, how it ended, how many lived at once.

use super::lines;
use super::shown::{counted, few, few_clauses};
use super::{Judged, Result, is_of};
use crate::lesson::{Expected, Expr, Lines, Loops, Of, Scope, Template, Value, Who};
use crate::model::{Process, World};
use crate::trace::{Exit, Stream};

/// A number as an expression has it.
pub(super) fn number(n: usize) -> Value {
    n.into()
}

/// `Process-1 (4711)`.
pub(super) fn label(process: &Process) -> String {
    let name = if process.name.is_empty() {
        "?"
    } else {
        &*process.name
    };
    format!(
        "{} ({})",
        super::shown::quoted(name).trim_matches('`'),
        process.pid
    )
}

/// The role in both languages.
fn role(of: Of) -> (&'static str, &'static str) {
    match of {
        Of::All => ("processes", "进程"),
        Of::Main => ("main processes", "主进程"),
        Of::Process => ("child processes", "子进程"),
        Of::Worker => ("workers", "工作进程"),
        Of::Manager => ("manager processes", "管理器进程"),
    }
}

pub(super) fn lines(
    process: &Template,
    loops: &Loops,
    expected: &Lines,
    scope: &dyn Scope,
    world: &World,
) -> Result<Judged> {
    let rounds = loops.each(scope, &mut |scope| {
        Ok((process.fill(scope)?, expected.expand(scope)?))
    })?;
    let many = rounds.len();
    for (name, slots) in rounds {
        let Some(process) = world
            .processes()
            .find(|process| name.matches(&process.name))
        else {
            return Ok(Judged::bad(
                format!("there was no process {name}"),
                format!("没有名为 {name} 的进程"),
            ));
        };
        let texts: Vec<String> = world
            .log()
            .lines_of(process.proc)
            .filter(|line| line.stream == Stream::Stdout)
            .map(|line| line.text().into_owned())
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = lines::exact(&slots, &texts);
        if !found.passed {
            let who = label(process);
            return Ok(Judged::bad(
                format!("{who}: {}", found.detail.en),
                format!("{who}：{}", found.detail.zh),
            ));
        }
    }
    Ok(Judged::good(
        format!(
            "{} printed what they should, in order",
            counted(many, "process", "processes")
        ),
        format!("{many} 个进程打印的内容和顺序都符合"),
    ))
}

/// The exit code as CPython's `exitcode` has it; `None` where unknown or still alive.
fn code(process: &Process) -> Value {
    match process.exit().and_then(Exit::exitcode) {
        Some(code) => code.into(),
        None => Value::None,
    }
}

/// Words for how it ended.
fn ended(process: &Process) -> (String, String) {
    match process.exit() {
        Some(Exit::Code(code)) => (format!("exit code {code}"), format!("退出码 {code}")),
        Some(Exit::Signal(signal)) => (
            format!("exit code -{signal} (signal {signal})"),
            format!("退出码 -{signal}（信号 {signal}）"),
        ),
        Some(Exit::Unknown) => ("an unknown exit code".into(), "退出码未知".into()),
        None => ("still alive".into(), "仍在运行".into()),
    }
}

pub(super) fn exit_codes(
    who: &Who,
    expected: &Expected,
    scope: &dyn Scope,
    world: &World,
) -> Result<Judged> {
    let mut seen = 0;
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut test = |process: &Process, scope: &dyn Scope| -> Result<()> {
        seen += 1;
        let (passed, wanted) = expected.test(&code(process), scope)?;
        if !passed {
            let (en, zh) = ended(process);
            let name = label(process);
            wrong.push((
                format!("{name}: {en}, expected {wanted}"),
                format!("{name}：{zh}，应为 {wanted}"),
            ));
        }
        Ok(())
    };
    let mut missing = None;
    match who {
        Who::Role(of) => {
            for process in world.processes().filter(|process| is_of(*of, process)) {
                test(process, scope)?;
            }
        }
        Who::Named { process, loops } => {
            loops.each(scope, &mut |scope| {
                let name = process.fill(scope)?;
                match world.processes().find(|p| name.matches(&p.name)) {
                    Some(process) => test(process, scope)?,
                    None => missing = Some(name.to_string()),
                }
                Ok(())
            })?;
        }
    }
    if let Some(name) = missing {
        return Ok(Judged::bad(
            format!("there was no process {name}"),
            format!("没有名为 {name} 的进程"),
        ));
    }
    if seen == 0 {
        return Ok(Judged::bad("there was no such process", "没有这样的进程"));
    }
    if wrong.is_empty() {
        return Ok(Judged::good(
            format!(
                "{}, each as expected",
                counted(seen, "exit code", "exit codes")
            ),
            format!("{seen} 个退出码都符合"),
        ));
    }
    let (en, zh) = few_clauses(&wrong);
    Ok(Judged::bad(en, zh))
}

pub(super) fn count(
    of: Of,
    expected: &Expected,
    scope: &dyn Scope,
    world: &World,
) -> Result<Judged> {
    let found = world
        .processes()
        .filter(|process| is_of(of, process))
        .count();
    let (passed, wanted) = expected.test(&number(found), scope)?;
    let (en, zh) = role(of);
    Ok(Judged::new(
        passed,
        format!("{found} {en}, expected {wanted}"),
        format!("{found} 个{zh}，应为 {wanted}"),
    ))
}

/// The event with which it ended; `None` while it lives.
pub(super) fn exit_seq(process: &Process) -> Option<u64> {
    if process.is_alive() {
        return None;
    }
    let last = process.track.spans.iter().next_back();
    last.map(|span| span.end_seq)
}

/// Greatest number of intervals that hold at once, and the point of the log where they first do.
/// An interval without an end is open.
pub(super) fn most_at_once(intervals: &[(u64, Option<u64>)]) -> (usize, u64) {
    let mut turns: Vec<(u64, bool)> = Vec::new();
    for (start, end) in intervals {
        turns.push((*start, true));
        if let Some(end) = end {
            turns.push((*end, false));
        }
    }
    // What ends at an event has ended before what begins at the same one.
    turns.sort_unstable();
    let (mut now, mut most, mut at) = (0_usize, 0, 0);
    for (seq, begins) in turns {
        if begins {
            now += 1;
            if now > most {
                (most, at) = (now, seq);
            }
        } else {
            now = now.saturating_sub(1);
        }
    }
    (most, at)
}

/// Lives of the processes of a role: first event and last.
pub(super) fn lives(of: Of, world: &World) -> Vec<(u64, Option<u64>)> {
    world
        .processes()
        .filter(|process| is_of(of, process))
        .map(|process| (process.start_seq, exit_seq(process)))
        .collect()
}

pub(super) fn at_most_alive(of: Of, n: &Expr, scope: &dyn Scope, world: &World) -> Result<Judged> {
    let bound = n.int(scope)?;
    let lives = lives(of, world);
    let (most, at) = most_at_once(&lives);
    let (en, zh) = role(of);
    if most == 0 {
        return Ok(Judged::bad(
            format!("there were no {en}"),
            format!("没有{zh}"),
        ));
    }
    if usize::try_from(bound).is_ok_and(|bound| most <= bound) {
        return Ok(Judged::good(
            format!("at most {most} {en} alive at once, allowed {bound}"),
            format!("同时存活的{zh}最多 {most} 个，上限 {bound}"),
        ));
    }
    let names: Vec<String> = world
        .processes()
        .filter(|process| is_of(of, process) && process.start_seq <= at)
        .filter(|process| exit_seq(process).is_none_or(|end| end > at))
        .map(label)
        .collect();
    let (list_en, list_zh) = few(&names);
    Ok(Judged::bad(
        format!("{most} {en} alive at once, allowed {bound}: {list_en}"),
        format!("有 {most} 个{zh}同时存活，上限 {bound}：{list_zh}"),
    ))
}

/// How a run ended, as the screen words it.
fn in_chinese(status: &str) -> &'static str {
    match status {
        "finished" => "正常结束",
        "deadlock" => "因死锁结束",
        "stopped" => "被中止",
        "failed" => "失败",
        _ => "结束方式不明",
    }
}

pub(super) fn status(expected: &Expected, scope: &dyn Scope, world: &World) -> Result<Judged> {
    let end = world.end();
    let word = end.map_or("unknown", |note| note.end.status.as_str());
    let (passed, wanted) = expected.test(&Value::Str(word.to_owned()), scope)?;
    let detail = end
        .and_then(|note| note.end.detail.as_deref())
        .map(super::shown::quoted);
    let (mut en, mut zh) = (
        format!("the run ended as {word}"),
        format!("运行{}（{word}）", in_chinese(word)),
    );
    if !passed {
        en = format!("{en}, expected {wanted}");
        zh = format!("{zh}，应为 {wanted}");
    }
    if let Some(detail) = detail {
        en = format!("{en}: {detail}");
        zh = format!("{zh}：{detail}");
    }
    Ok(Judged::new(passed, en, zh))
}

pub(super) fn nothing_left(world: &World) -> Judged {
    let alive: Vec<String> = world
        .processes()
        .filter(|process| process.is_alive())
        .map(label)
        .collect();
    if !alive.is_empty() {
        let (en, zh) = few(&alive);
        return Judged::bad(format!("still alive: {en}"), format!("仍在运行：{zh}"));
    }
    let Some(end) = world.end() else {
        return Judged::bad("the run has no end", "运行没有结束");
    };
    let forced: Vec<String> = end
        .end
        .ended
        .iter()
        .map(|pid| world.by_pid(*pid).map_or(pid.to_string(), label))
        .collect();
    if !forced.is_empty() {
        let (en, zh) = few(&forced);
        return Judged::bad(
            format!("had to be ended by force: {en}"),
            format!("只能强行结束：{zh}"),
        );
    }
    let n = world.process_count();
    Judged::good(
        format!(
            "{} came to their own end",
            counted(n, "process", "processes")
        ),
        format!("{n} 个进程都自行结束"),
    )
}
