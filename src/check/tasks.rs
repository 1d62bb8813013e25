//! Checks over the tasks of a pool: how many at once, on which processes, with which results.

use std::collections::BTreeSet;

use super::processes::{exit_seq, label, most_at_once, number};
use super::shown::{counted, few, few_clauses, quoted};
use super::{Judged, Result};
use crate::lesson::{Bound, Expected, Expr, Scope, Template, Value};
use crate::model::{Activity, Pool, Task, TaskState, World};

/// Every pool's tasks, in the order they were submitted.
pub(super) fn all(world: &World) -> Vec<&Task> {
    let mut tasks: Vec<&Task> = world
        .objects()
        .filter_map(|object| object.pool())
        .flat_map(|pool: &Pool| pool.tasks.iter())
        .collect();
    tasks.sort_by_key(|task| task.submitted.0);
    tasks
}

fn none() -> Judged {
    Judged::bad("no task was submitted", "没有提交任何任务")
}

/// When each ran: events of its start and end. A task whose worker died ends with the worker.
pub(super) fn runs(world: &World) -> Vec<(u64, u64, Option<u64>)> {
    all(world)
        .into_iter()
        .filter_map(|task| {
            let start = task.started?.0;
            let end = task.ended.map(|(seq, _)| seq).or_else(|| {
                let worker = task.worker.and_then(|proc| world.process(proc))?;
                exit_seq(worker)
            });
            Some((task.number, start, end))
        })
        .collect()
}

pub(super) fn at_most(n: &Expr, scope: &dyn Scope, world: &World) -> Result<Judged> {
    let allowed = n.int(scope)?;
    let runs = runs(world);
    if runs.is_empty() {
        return Ok(none());
    }
    let intervals: Vec<_> = runs.iter().map(|(_, start, end)| (*start, *end)).collect();
    let (most, _) = most_at_once(&intervals);
    Ok(Judged::new(
        usize::try_from(allowed).is_ok_and(|allowed| most <= allowed),
        format!("at most {most} tasks in work at once, allowed {allowed}"),
        format!("同时进行的任务最多 {most} 个，上限 {allowed}"),
    ))
}

pub(super) fn never_overlap(world: &World) -> Judged {
    let mut runs = runs(world);
    runs.sort_by_key(|(_, start, _)| *start);
    if runs.is_empty() {
        return none();
    }
    for pair in runs.windows(2) {
        let ((first, _, end), (second, start, _)) = (pair[0], pair[1]);
        if end.is_none_or(|end| end > start) {
            return Judged::bad(
                format!("task {second} began before task {first} had ended"),
                format!("任务 {first} 还没结束，任务 {second} 就开始了"),
            );
        }
    }
    let n = runs.len();
    Judged::good(
        format!("{}, one after the other", counted(n, "task", "tasks")),
        format!("{n} 个任务依次进行"),
    )
}

pub(super) fn submits_return(world: &World) -> Judged {
    let tasks = all(world);
    let (Some(first), Some(last)) = (tasks.first(), tasks.last()) else {
        return none();
    };
    let (from, to) = (first.submitted.0, last.submitted.0);
    // A result that was asked for in between was waited for, even where it was there already.
    let fetched = tasks
        .iter()
        .find(|task| task.fetched.is_some_and(|seq| seq < to));
    if let Some(task) = fetched {
        let number = task.number;
        return Judged::bad(
            format!("the result of task {number} was fetched before the last task was submitted"),
            format!("最后一个任务提交之前，就先取了任务 {number} 的结果"),
        );
    }
    let waited = world.process(first.by).is_some_and(|process| {
        process.track.spans.iter().any(|span| {
            let waits = matches!(
                span.activity,
                Activity::Waiting { .. } | Activity::WaitingForChild { .. }
            );
            waits && span.start_seq > from && span.start_seq < to
        })
    });
    if waited {
        return Judged::bad(
            "the submitting process waited between two submits",
            "提交任务的进程在两次提交之间等待过",
        );
    }
    let n = tasks.len();
    Judged::good(
        format!("{} submitted without a wait", counted(n, "task", "tasks")),
        format!("{n} 个任务连续提交，中间没有等待"),
    )
}

pub(super) fn submits_wait(world: &World) -> Judged {
    let tasks = all(world);
    if tasks.is_empty() {
        return none();
    }
    for pair in tasks.windows(2) {
        let (done, next) = (pair[0], pair[1]);
        let (before, after) = (done.number, next.number);
        if done.ended.is_none_or(|(seq, _)| seq > next.submitted.0) {
            return Judged::bad(
                format!("task {after} was submitted before task {before} had ended"),
                format!("任务 {before} 还没结束，任务 {after} 就提交了"),
            );
        }
    }
    let n = tasks.len();
    Judged::good(
        format!(
            "{}, each submitted after the end of the one before",
            counted(n, "task", "tasks")
        ),
        format!("{n} 个任务，前一个结束后才提交下一个"),
    )
}

/// Birth numbers of the processes that ran tasks, in order of their first task.
pub(super) fn workers(world: &World) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    let mut started: Vec<_> = all(world)
        .into_iter()
        .filter_map(|task| Some((task.started?.0, task.worker?)))
        .collect();
    started.sort_unstable();
    started
        .into_iter()
        .map(|(_, worker)| worker)
        .filter(|worker| seen.insert(*worker))
        .collect()
}

pub(super) fn pids(count: &Expected, scope: &dyn Scope, world: &World) -> Result<Judged> {
    let workers = workers(world);
    if workers.is_empty() {
        return Ok(none());
    }
    let (passed, wanted) = count.test(&number(workers.len()), scope)?;
    let names: Vec<String> = workers
        .iter()
        .filter_map(|proc| world.process(*proc))
        .map(label)
        .collect();
    let (list_en, list_zh) = few(&names);
    let n = workers.len();
    let processes = counted(n, "process", "processes");
    Ok(Judged::new(
        passed,
        format!("tasks ran in {processes}, expected {wanted}: {list_en}"),
        format!("任务在 {n} 个进程中运行，应为 {wanted}：{list_zh}"),
    ))
}

/// How the task came out, as lessons name it.
pub(super) fn state_word(state: TaskState) -> &'static str {
    match state {
        TaskState::Succeeded => "success",
        TaskState::Failed => "failure",
        TaskState::Waiting | TaskState::Running => "pending",
        TaskState::Lost => "lost",
    }
}

pub(super) fn results(
    count: Option<&Expected>,
    state: Option<&Expected>,
    value: Option<&Template>,
    scope: &dyn Scope,
    world: &World,
) -> Result<Judged> {
    let tasks = all(world);
    if let Some(count) = count {
        let (passed, wanted) = count.test(&number(tasks.len()), scope)?;
        if !passed {
            let n = tasks.len();
            return Ok(Judged::bad(
                format!(
                    "{} submitted, expected {wanted}",
                    counted(n, "task", "tasks")
                ),
                format!("提交了 {n} 个任务，应为 {wanted}"),
            ));
        }
    } else if tasks.is_empty() {
        return Ok(none());
    }
    let mut wrong: Vec<(String, String)> = Vec::new();
    for task in &tasks {
        let number = task.number;
        let number_value = Value::from(number);
        let scope = Bound {
            name: "task",
            value: number_value,
            outer: scope,
        };
        let word = state_word(task.state);
        if let Some(state) = state {
            let (passed, wanted) = state.test(&Value::Str(word.to_owned()), &scope)?;
            if !passed {
                wrong.push((
                    format!("task {number} is {word}, expected {wanted}"),
                    format!("任务 {number} 的状态是 {word}，应为 {wanted}"),
                ));
                continue;
            }
        }
        if let Some(value) = value {
            let wanted = value.fill(&scope)?;
            let found = task.outcome.as_deref().unwrap_or("None");
            if !wanted.matches(found) {
                let (found, wanted) = (quoted(found), quoted(&wanted.to_string()));
                wrong.push((
                    format!("task {number} gave {found}, expected {wanted}"),
                    format!("任务 {number} 的结果是 {found}，应为 {wanted}"),
                ));
            }
        }
    }
    if wrong.is_empty() {
        let n = tasks.len();
        return Ok(Judged::good(
            format!("{}, each as expected", counted(n, "result", "results")),
            format!("{n} 个结果都符合"),
        ));
    }
    let (en, zh) = few_clauses(&wrong);
    Ok(Judged::bad(en, zh))
}
