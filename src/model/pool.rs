//! `Pool`: its workers, its tasks and their results.
//!
//! Folded from `submit` and `result.*` in the process that owns the pool and `task.*` in its
//! workers. A task whose worker died is lost: its result never comes, as in CPython.

use std::ops::Range;
use std::sync::Arc;

use crate::trace::OpName;

use super::anomaly::AnomalyKind;
use super::family::Family;
use super::limits::clip;
use super::step::Step;
use super::tasks::{Task, TaskState, Tasks};

/// A pool of worker processes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pool {
    /// Number of workers it was made with.
    pub size: u64,
    pub state: PoolState,
    /// Every worker it ever had, in birth order.
    pub workers: Vec<Worker>,
    pub tasks: Tasks,
    /// Tasks not kept because there are too many.
    pub hidden: u64,
    pub totals: Totals,
    /// Greatest number of workers that ran a task at the same time.
    pub most_busy: u64,
    /// Where tasks were submitted: from this one on, here.
    sites: Vec<Site>,
}

/// What all tasks from one on have in common, until the next site.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Site {
    first: u64,
    at: Option<Arc<str>>,
    /// The program gets to know their errors by a function of its own.
    tells_errors: bool,
}

/// Most changes of site that are kept; tasks after them have none.
const SITES: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PoolState {
    /// Takes tasks.
    #[default]
    Open,
    /// Takes no more, finishes what it has.
    Closed,
    /// Ends its workers whatever they do.
    Terminated,
}

/// How many tasks are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub submitted: u64,
    pub waiting: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    /// Their worker died in them.
    pub lost: u64,
}

/// A worker of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worker {
    pub proc: u32,
    /// The thread of that process, in a pool of threads.
    pub tid: Option<i32>,
    pub alive: bool,
    /// The task it runs.
    pub task: Option<u64>,
    /// Tasks it ended.
    pub done: u64,
}

impl Pool {
    /// Workers that run a task.
    pub fn busy(&self) -> u64 {
        self.totals.running
    }

    pub fn alive(&self) -> usize {
        self.workers.iter().filter(|worker| worker.alive).count()
    }

    /// Nothing is left to run and nothing was lost: a closed pool's workers end now.
    pub fn is_drained(&self) -> bool {
        let Totals {
            waiting,
            running,
            lost,
            ..
        } = self.totals;
        waiting == 0 && running == 0 && lost == 0
    }

    /// The first task whose worker died in it.
    pub fn lost_task(&self) -> Option<&Task> {
        let mut tasks = self.tasks.iter();
        tasks.find(|task| task.state == TaskState::Lost)
    }

    /// Where in the program a task was submitted.
    pub fn submitted_at(&self, task: u64) -> Option<&str> {
        self.site(task)?.at.as_deref()
    }

    /// Whether it was submitted with a function that is told its error.
    pub fn tells_error_of(&self, task: u64) -> bool {
        self.site(task).is_some_and(|site| site.tells_errors)
    }

    fn site(&self, task: u64) -> Option<&Site> {
        self.sites.iter().rev().find(|site| site.first <= task)
    }

    fn note_site(&mut self, step: &Step<'_>, first: u64) {
        let callbacks = step.op.args.callbacks.as_deref().unwrap_or_default();
        let tells_errors = callbacks.contains("error");
        let at = step.op.at.as_deref();
        let is_last = |site: &Site| site.at.as_deref() == at && site.tells_errors == tells_errors;
        if self.sites.len() < SITES && !self.sites.last().is_some_and(is_last) {
            self.sites.push(Site {
                first,
                at: at.map(clip),
                tells_errors,
            });
        }
    }

    pub(super) fn has_worker(&self, proc: u32) -> bool {
        self.workers.iter().any(|worker| worker.proc == proc)
    }

    pub(super) fn add_worker(&mut self, proc: u32, tid: Option<i32>, alive: bool) {
        let known = |worker: &Worker| (worker.proc, worker.tid) == (proc, tid);
        if !self.workers.iter().any(known) {
            self.workers.push(Worker {
                proc,
                tid,
                alive,
                task: None,
                done: 0,
            });
        }
    }

    /// It turned out to be another pool's.
    pub(super) fn remove_worker(&mut self, proc: u32) {
        self.workers.retain(|worker| worker.proc != proc);
    }

    /// A process has ended; the tasks of its workers are lost.
    pub(super) fn worker_ended(&mut self, proc: u32) {
        let ended = self.workers.iter_mut().filter(|worker| worker.proc == proc);
        for worker in ended {
            worker.alive = false;
            if let Some(task) = worker.task.take().and_then(|task| self.tasks.get_mut(task))
                && task.state == TaskState::Running
            {
                task.state = TaskState::Lost;
                self.totals.running -= 1;
                self.totals.lost += 1;
            }
        }
    }

    fn submit(&mut self, step: &Step<'_>, number: u64) {
        self.totals.submitted += 1;
        self.note_site(step, number);
        if self.tasks.len() >= step.limits.elements || self.tasks.get(number).is_some() {
            self.hidden += 1;
            return;
        }
        let error = step.op.error.as_deref();
        let (state, total) = match error {
            Some(_) => (TaskState::Failed, &mut self.totals.failed),
            None => (TaskState::Waiting, &mut self.totals.waiting),
        };
        *total += 1;
        let args = &step.op.args;
        let task = Task {
            number,
            func: args.func.as_deref().map(clip),
            value: args.value.as_deref().map(clip),
            by: step.proc,
            submitted: (step.seq, step.t),
            state,
            started: None,
            ended: None,
            worker: None,
            outcome: error.map(clip),
            ready: error.map(|_| step.seq),
            fetched: None,
        };
        self.tasks.add(task);
    }

    /// What is said of a task that is not there: nothing, where some are not kept.
    fn missing(&self) -> Option<AnomalyKind> {
        (self.hidden == 0).then_some(AnomalyKind::NoSuchResult)
    }

    fn task_start(&mut self, step: &Step<'_>, number: u64) -> Option<AnomalyKind> {
        let me = (step.proc, step.tid);
        self.add_worker(step.proc, step.tid, true);
        let Some(task) = self.tasks.get_mut(number) else {
            return self.missing();
        };
        if task.state != TaskState::Waiting {
            return Some(AnomalyKind::NoSuchResult);
        }
        task.state = TaskState::Running;
        task.started = Some((step.seq, step.t));
        task.worker = Some(step.proc);
        let before = self
            .workers
            .iter_mut()
            .find(|worker| (worker.proc, worker.tid) == me)
            .and_then(|worker| worker.task.replace(number));
        // A worker that begins another task without ending the first has lost it.
        if let Some(task) = before.and_then(|before| self.tasks.get_mut(before))
            && task.state == TaskState::Running
        {
            task.state = TaskState::Lost;
            self.totals.running -= 1;
            self.totals.lost += 1;
        }
        self.totals.waiting -= 1;
        self.totals.running += 1;
        self.most_busy = self.most_busy.max(self.totals.running);
        None
    }

    fn task_end(&mut self, step: &Step<'_>, number: u64) -> Option<AnomalyKind> {
        if let Some(worker) = self
            .workers
            .iter_mut()
            .find(|worker| (worker.proc, worker.tid) == (step.proc, step.tid))
        {
            worker.done += 1;
            if worker.task == Some(number) {
                worker.task = None;
            }
        }
        let Some(task) = self.tasks.get_mut(number) else {
            return self.missing();
        };
        if task.state != TaskState::Running {
            return Some(AnomalyKind::NoSuchResult);
        }
        task.ended = Some((step.seq, step.t));
        let (state, outcome) = match &step.op.error {
            Some(error) => (TaskState::Failed, Some(error)),
            None => (TaskState::Succeeded, step.op.result.as_ref()),
        };
        task.state = state;
        task.outcome = outcome.map(|text| clip(text));
        self.totals.running -= 1;
        match state {
            TaskState::Failed => self.totals.failed += 1,
            _ => self.totals.succeeded += 1,
        }
        None
    }

    /// The task was cancelled, or its executor gives up on it without a word from a worker (it broke,
    /// or the task could not be sent): that is its result.
    fn never_ended(&mut self, step: &Step<'_>, number: u64) {
        let error = step.op.error.as_deref();
        let error = error.or((step.op.op == OpName::Cancel).then_some("CancelledError"));
        let (Some(task), Some(error)) = (self.tasks.get_mut(number), error) else {
            return;
        };
        let total = match task.state {
            TaskState::Waiting => &mut self.totals.waiting,
            TaskState::Running => &mut self.totals.running,
            TaskState::Lost => &mut self.totals.lost,
            TaskState::Succeeded | TaskState::Failed => return,
        };
        *total -= 1;
        self.totals.failed += 1;
        task.state = TaskState::Failed;
        task.outcome = Some(clip(error));
        if let Some(worker) = self
            .workers
            .iter_mut()
            .find(|worker| worker.task == Some(number))
        {
            worker.task = None;
        }
    }

    /// The results of a task, or of the `args.n` tasks of a map, have come or were given out.
    fn came_back(&mut self, step: &Step<'_>, number: u64, fetched: bool) -> Option<AnomalyKind> {
        let asked = numbers(number, step.op.args.n);
        if asked.start.saturating_add(1) < asked.end {
            let known: Vec<u64> = self.tasks.iter().map(|task| task.number).collect();
            let known = known.into_iter().filter(|number| asked.contains(number));
            let all: Vec<_> = known
                .map(|number| self.one_back(step, number, fetched))
                .collect();
            return all.into_iter().flatten().next();
        }
        asked
            .into_iter()
            .next()
            .and_then(|number| self.one_back(step, number, fetched))
    }

    fn one_back(&mut self, step: &Step<'_>, number: u64, fetched: bool) -> Option<AnomalyKind> {
        let Some(task) = self.tasks.get_mut(number) else {
            return self.missing().filter(|_| step.done());
        };
        if !task.state.has_result() {
            // A get that raised before the task ended got nothing: it timed out.
            return step.done().then_some(AnomalyKind::NoSuchResult);
        }
        task.ready.get_or_insert(step.seq);
        if fetched {
            task.fetched = Some(step.seq);
        }
        None
    }
}

impl Family for Pool {
    fn fold(&mut self, step: &Step<'_>) -> Option<AnomalyKind> {
        let args = &step.op.args;
        match (step.op.op, args.task) {
            (OpName::Create, _) => self.size = args.n.unwrap_or(0).max(0).unsigned_abs(),
            // An executor that is shut down takes no more, and ends when it has done what it has.
            (OpName::Close | OpName::Shutdown, _)
                if step.done() && self.state == PoolState::Open =>
            {
                self.state = PoolState::Closed;
            }
            (OpName::Terminate, _) if step.done() => self.state = PoolState::Terminated,
            // One that names its task and raises could not be sent: its result raises that.
            (OpName::Submit, Some(task)) => self.submit(step, task),
            (OpName::TaskStart, Some(task)) => return self.task_start(step, task),
            (OpName::TaskEnd, Some(task)) => return self.task_end(step, task),
            (OpName::ResultReady, Some(task)) => {
                self.never_ended(step, task);
                return self.came_back(step, task, false);
            }
            (OpName::Cancel, Some(task)) => self.never_ended(step, task),
            (OpName::ResultGet, Some(task)) => return self.came_back(step, task, true),
            _ => {}
        }
        None
    }

    fn size(&self) -> usize {
        self.tasks.len()
    }
}

/// The tasks an operation on a result asks for: a map's result is that of `n` tasks.
pub(super) fn numbers(first: u64, n: Option<i64>) -> Range<u64> {
    let n = n.map_or(1, |n| n.max(0).unsigned_abs());
    first..first.saturating_add(n)
}
