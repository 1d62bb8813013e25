//! Checks over shared things: messages delivered, values at the end, locks, errors raised.

use super::processes::{label, number};
use super::shown::{counted, few, few_clauses, quoted};
use super::{Judged, Result, is_of};
use crate::lesson::{Cell, Expected, Of, Scope, Template, Value};
use crate::model::{Anomaly, AnomalyKind, Object, World};

/// The object of this variable name or identity.
pub(super) fn find<'a>(world: &'a World, name: &str) -> Option<&'a Object> {
    world.named(name).or_else(|| world.object(name))
}

fn absent(name: &str) -> Judged {
    let name = quoted(name);
    Judged::bad(
        format!("the run used nothing called {name}"),
        format!("运行中没有用到 {name}"),
    )
}

fn anomalies<'a>(world: &'a World, object: &'a Object) -> impl Iterator<Item = &'a Anomaly> {
    let found = world.anomalies().iter();
    found.filter(move |anomaly| anomaly.object == Some(object.key))
}

pub(super) fn delivered(
    name: Option<&str>,
    (puts, gets): (Option<&Expected>, Option<&Expected>),
    scope: &dyn Scope,
    world: &World,
) -> Result<Judged> {
    let queues: Vec<&Object> = match name {
        Some(name) => find(world, name).into_iter().collect(),
        None => world.objects().collect(),
    };
    let (mut put, mut taken, mut seen) = (0_u64, 0_u64, false);
    let mut twice = Vec::new();
    for object in queues {
        let Some(queue) = object.queue() else {
            continue;
        };
        seen = true;
        put += queue.mailbox.put;
        taken += queue.mailbox.taken;
        for anomaly in anomalies(world, object) {
            if anomaly.kind == AnomalyKind::NeverPut {
                let process = anomaly.proc.and_then(|proc| world.process(proc));
                twice.push(process.map_or("?".to_owned(), label));
            }
        }
    }
    if !seen {
        return Ok(absent(name.unwrap_or("Queue")));
    }
    if !twice.is_empty() {
        let (en, zh) = few(&twice);
        return Ok(Judged::bad(
            format!("took a message that was never put, or was taken before: {en}"),
            format!("取到了从未放入、或已被取走的消息：{zh}"),
        ));
    }
    let mut wrong = None;
    for (expected, found, en, zh) in [(puts, put, "put", "放入"), (gets, taken, "taken", "取出")]
    {
        if let Some(expected) = expected {
            let found_count = usize::try_from(found).unwrap_or(usize::MAX);
            let (passed, wanted) = expected.test(&number(found_count), scope)?;
            if !passed {
                wrong = Some((
                    format!(
                        "{} {en}, expected {wanted}",
                        counted(found_count, "message", "messages")
                    ),
                    format!("{zh} {found} 条消息，应为 {wanted}"),
                ));
            }
        }
    }
    if let Some((en, zh)) = wrong {
        return Ok(Judged::bad(en, zh));
    }
    let left = put.saturating_sub(taken);
    Ok(Judged::good(
        format!("{put} put, {taken} taken, each once, {left} left"),
        format!("放入 {put} 条，取出 {taken} 条，各一次，剩下 {left} 条"),
    ))
}

/// The value a repr text stands for; the text itself where it is no plain value.
pub(super) fn value_of(repr: &str) -> Value {
    Value::parse(repr).unwrap_or_else(|| repr.into())
}

/// The values an object holds: all of an Array or list, the one of a Value, those of a dict.
pub(super) fn values(object: &Object) -> Option<Vec<Value>> {
    if let Some(shared) = object.shared() {
        return Some(shared.values().map(value_of).collect());
    }
    if let Some(list) = object.sequence() {
        return Some(list.values().map(value_of).collect());
    }
    let mapping = object.mapping()?;
    Some(
        mapping
            .entries()
            .map(|entry| value_of(&entry.value))
            .collect(),
    )
}

/// What stands at an index or key; `None` where nothing does.
fn value_at(object: &Object, at: &Value) -> Option<Value> {
    if let Some(mapping) = object.mapping() {
        return mapping.get(&at.repr()).map(|entry| value_of(&entry.value));
    }
    let values = values(object)?;
    let index = usize::try_from(at.as_int()?).ok()?;
    values.into_iter().nth(index)
}

pub(super) fn final_value(
    name: &str,
    cells: &[Cell],
    whole: bool,
    scope: &dyn Scope,
    world: &World,
) -> Result<Judged> {
    let Some(object) = find(world, name) else {
        return Ok(absent(name));
    };
    let shown = quoted(name);
    let shown = shown.trim_matches('`');
    let Some(all) = values(object) else {
        return Ok(Judged::bad(
            format!("{shown} holds no values"),
            format!("{shown} 里没有值"),
        ));
    };
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut seen = 0;
    for cell in cells {
        cell.loops.each(scope, &mut |scope| {
            seen += 1;
            let at = cell.at.eval(scope)?;
            let place = format!("{shown}[{}]", at.repr());
            let found = value_at(object, &at);
            let (passed, wanted) = cell
                .value
                .test(found.as_ref().unwrap_or(&Value::None), scope)?;
            match found {
                None => wrong.push((
                    format!("{place} is not there, expected {wanted}"),
                    format!("{place} 不存在，应为 {wanted}"),
                )),
                Some(found) if !passed => {
                    let found = quoted(&found.repr());
                    wrong.push((
                        format!("{place} is {found}, expected {wanted}"),
                        format!("{place} 是 {found}，应为 {wanted}"),
                    ));
                }
                Some(_) => {}
            }
            Ok(())
        })?;
    }
    if whole && wrong.is_empty() && all.len() != seen {
        let n = all.len();
        return Ok(Judged::bad(
            format!(
                "{shown} has {}, expected {seen}",
                counted(n, "entry", "entries")
            ),
            format!("{shown} 有 {n} 项，应为 {seen} 项"),
        ));
    }
    if wrong.is_empty() {
        let held = quoted(&Value::List(all).to_string());
        return Ok(Judged::good(
            format!("{shown} ends as {held}"),
            format!("{shown} 最后是 {held}"),
        ));
    }
    let (en, zh) = few_clauses(&wrong);
    Ok(Judged::bad(en, zh))
}

pub(super) fn lock_exclusive(name: Option<&str>, world: &World) -> Judged {
    let locks: Vec<&Object> = match name {
        Some(name) => find(world, name).into_iter().collect(),
        None => world.objects().collect(),
    };
    let mut acquired = 0;
    let mut wrong = Vec::new();
    for object in locks {
        let Some(lock) = object.lock() else { continue };
        acquired += lock.acquired;
        for anomaly in anomalies(world, object) {
            let who = anomaly.proc.and_then(|proc| world.process(proc));
            let who = who.map_or("?".to_owned(), label);
            let at = anomaly.seq;
            match anomaly.kind {
                AnomalyKind::HeldByAnother { owner } => {
                    let owner = world.process(owner).map_or("?".to_owned(), label);
                    wrong.push((
                        format!("{who} acquired it while {owner} held it (event {at})"),
                        format!("{owner} 持有期间，{who} 也拿到了它（第 {at} 号事件）"),
                    ));
                }
                AnomalyKind::VersionBack { .. } => wrong.push((
                    format!("operations of {who} stand in the wrong order (event {at})"),
                    format!("{who} 的操作次序颠倒（第 {at} 号事件）"),
                )),
                _ => {}
            }
        }
    }
    if !wrong.is_empty() {
        let (en, zh) = few_clauses(&wrong);
        return Judged::bad(en, zh);
    }
    if acquired == 0 {
        return Judged::bad("no lock was acquired", "没有任何锁被获取");
    }
    Judged::good(
        format!("acquired {acquired}×, never while another process held it"),
        format!("获取 {acquired} 次，从未在别的进程持有时得手"),
    )
}

pub(super) fn raised(
    op: Option<&str>,
    error: &Template,
    of: Of,
    scope: &dyn Scope,
    world: &World,
) -> Result<Judged> {
    let wanted = error.fill(scope)?;
    let from = |proc: u32| {
        world
            .process(proc)
            .is_some_and(|process| is_of(of, process))
    };
    let candidates: Vec<_> = world
        .raised()
        .iter()
        .filter(|raised| op.is_none_or(|op| raised.op.as_str() == op) && from(raised.proc))
        .collect();
    let place = op.map_or(String::new(), |op| format!("{op}: "));
    if let Some(found) = candidates.iter().find(|found| wanted.matches(&found.error)) {
        let text = quoted(&found.error);
        return Ok(Judged::good(
            format!("{place}raised {text}"),
            format!("{place}抛出了 {text}"),
        ));
    }
    let wanted = quoted(&wanted.to_string());
    if candidates.is_empty() {
        return Ok(Judged::bad(
            format!("{place}raised nothing, expected {wanted}"),
            format!("{place}没有抛出异常，应为 {wanted}"),
        ));
    }
    let texts: Vec<String> = candidates
        .iter()
        .map(|found| quoted(&found.error))
        .collect();
    let (en, zh) = few(&texts);
    Ok(Judged::bad(
        format!("{place}raised {en}, expected {wanted}"),
        format!("{place}抛出了 {zh}，应为 {wanted}"),
    ))
}

pub(super) fn never_raised(of: Of, world: &World) -> Judged {
    let found: Vec<String> = world
        .raised()
        .iter()
        .filter(|raised| {
            let process = world.process(raised.proc);
            process.is_some_and(|process| is_of(of, process))
        })
        .map(|raised| format!("{}: {}", raised.op, quoted(&raised.error)))
        .collect();
    if found.is_empty() {
        return Judged::good("nothing was raised", "没有抛出异常");
    }
    let (en, zh) = few(&found);
    Judged::bad(format!("raised {en}"), format!("抛出了 {zh}"))
}
