//! From the graph of a living program to findings: the cause that ends a chain of waits.
//!
//! Each family of rules is a file; a rule looks at one thread that is stuck. What is found names the
//! cause, not the wait: a death, a full pipe, a missing partner, a cycle. The chain from the program's
//! main thread to the cause gives PIDs and places.

mod children;
mod cycles;
mod files;
mod futures;
mod locks;
mod managers;
mod meetings;
mod pipes;
mod pools;
mod queues;
mod threads;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use super::doing::doing;
use super::graph::{Graph, What};
use super::view::View;
use crate::finding::{Certainty, Finding, Harm};
use crate::lesson::Words;

/// What a rule says of a stuck thread.
#[derive(Debug)]
pub(super) struct Cause {
    pub rule: &'static str,
    pub text: Words,
    pub advice: Option<Words>,
    pub objects: Vec<String>,
    /// Processes beside those of the chain.
    pub pids: Vec<i32>,
    pub certainty: Certainty,
    pub lesson: Option<&'static str>,
}

impl Cause {
    fn new(rule: &'static str, text: Words, advice: Words) -> Cause {
        Cause {
            rule,
            text,
            advice: Some(advice),
            objects: Vec::new(),
            pids: Vec::new(),
            certainty: Certainty::Certain,
            lesson: None,
        }
    }

    fn object(mut self, object: Option<&super::names::Name>) -> Cause {
        self.objects
            .extend(object.map(|name| crate::text::clean(&name.text).into_owned()));
        self
    }

    fn also(mut self, pids: impl IntoIterator<Item = i32>) -> Cause {
        self.pids.extend(pids);
        self
    }

    fn lesson(mut self, slug: &'static str) -> Cause {
        self.lesson = Some(slug);
        self
    }

    fn sure(mut self, certainty: Certainty) -> Cause {
        self.certainty = certainty;
        self
    }
}

/// Processes beside those of the chain that a finding names.
const MOST: usize = 32;

type Rule = fn(View<'_>) -> Option<Cause>;

/// The first that knows the cause tells it: from the particular to the general.
const RULES: [Rule; 26] = [
    children::stopped,
    pools::result_thread_died,
    pools::result_thread_waits,
    pools::starved,
    pools::task_lost,
    pools::executor_without_workers,
    pipes::not_accepted,
    managers::unanswered,
    meetings::barrier,
    meetings::event,
    meetings::unfinished_tasks,
    meetings::condition,
    queues::not_drained,
    pipes::cut_short,
    queues::full,
    queues::reader_died,
    queues::empty,
    locks::lock,
    pipes::full,
    pipes::no_end,
    files::lock,
    files::fifo,
    futures::starved,
    futures::never_set,
    threads::queue,
    threads::lock,
];

/// What went wrong in a living program.
pub(super) fn findings<'a>(graph: &'a Graph<'a>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let ways = Ways::of(graph);
    for at in order(graph) {
        let view = View { graph, at };
        let cause = RULES.iter().find_map(|rule| rule(view));
        if let Some(cause) = cause {
            add(&mut found, finding(view, cause, &ways));
        }
    }
    for (view, cause) in cycles::cycles(graph) {
        if !told(&found, view) {
            add(&mut found, finding(view, cause, &ways));
        }
    }
    if found.is_empty()
        && let Some(at) = order(graph).find(|at| is_unexplained(graph, *at))
    {
        let view = View { graph, at };
        add(&mut found, finding(view, unknown(view), &ways));
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.certainty));
    found
}

/// Threads that a cause is looked for at, those of the main process first: the stuck ones, and those
/// that wait for a pool whose own threads still run.
fn order<'a>(graph: &'a Graph<'a>) -> impl Iterator<Item = usize> + 'a {
    (0..graph.nodes.len()).filter(|at| {
        let node = &graph.nodes[*at];
        let view = View { graph, at: *at };
        let in_pool = |function| view.calls("multiprocessing/pool.py", function);
        let waits = matches!(node.what, What::Lock(_)) && !node.serves;
        let fifo = matches!(node.what, What::Fifo(_));
        node.stuck || fifo || waits && (in_pool("join") || in_pool("get"))
    })
}

fn is_unexplained(graph: &Graph<'_>, at: usize) -> bool {
    let node = &graph.nodes[at];
    let is_main = graph.thread(at).tid == graph.process(at).pid;
    node.stuck && !node.serves && (is_main || graph.stack(at).is_some())
}

/// Whether a finding names this process and place.
fn told(found: &[Finding], view: View<'_>) -> bool {
    let place = view.place();
    found.iter().any(|finding| {
        finding.pids.contains(&view.pid())
            && place
                .as_ref()
                .is_none_or(|place| finding.places.contains(place))
    })
}

/// One that is the same is counted.
fn add(found: &mut Vec<Finding>, finding: Finding) {
    // Two that wait for each other are one finding.
    let all = |finding: &Finding| (sorted(&finding.pids), sorted(&finding.places));
    if found
        .iter()
        .any(|other| other.rule == finding.rule && all(other) == all(&finding))
    {
        return;
    }
    let same = found.iter_mut().find(|other| {
        other.rule == finding.rule
            && (other.places == finding.places || other.objects == finding.objects)
            && (!finding.places.is_empty() || !finding.objects.is_empty())
            && other.kind == finding.kind
    });
    let Some(other) = same else {
        found.push(finding);
        return;
    };
    other.count += 1;
    for pid in finding.pids {
        if other.pids.len() < 32 && !other.pids.contains(&pid) {
            other.pids.push(pid);
        }
    }
    for place in finding.places {
        if other.places.len() < 32 && !other.places.contains(&place) {
            other.places.push(place);
        }
    }
}

fn sorted<T: Ord + Clone>(list: &[T]) -> Vec<T> {
    let mut list = list.to_vec();
    list.sort();
    list
}

fn finding(view: View<'_>, cause: Cause, ways: &Ways) -> Finding {
    let certainty = cause.certainty.min(by_signals(view, cause.rule));
    let text = if certainty == Certainty::Hint && cause.certainty > certainty {
        Words::tell("why.unless", &[("text", &cause.text)])
    } else {
        cause.text
    };
    let mut finding = Finding::new(cause.rule, Harm::Hang, certainty, text);
    if let Some(advice) = cause.advice {
        finding = finding.advice(advice);
    }
    if let Some(lesson) = cause.lesson {
        finding = finding.lesson(lesson);
    }
    let chain = ways.to(view.at);
    if chain.is_none() {
        // The program's main thread waits for something else.
        finding.certainty = Certainty::Hint;
    }
    // The cause comes first, then who waits for it.
    let chain = chain.unwrap_or_else(|| vec![view.at]);
    for at in chain.iter().rev() {
        let link = view.with(*at);
        if !finding.pids.contains(&link.pid()) {
            finding.pids.push(link.pid());
        }
        if let Some(place) = link.place()
            && !finding.places.contains(&place)
        {
            finding.places.push(place);
        }
    }
    for pid in cause.pids.into_iter().take(MOST) {
        if !finding.pids.contains(&pid) {
            finding.pids.push(pid);
        }
        let main = view.graph.main_node(pid);
        let stuck = main.filter(|main| view.graph.nodes[*main].stuck);
        if let Some(place) = stuck.and_then(|main| view.with(main).place())
            && !finding.places.contains(&place)
        {
            finding.places.push(place);
        }
    }
    finding.objects = cause.objects;
    finding
}

/// The shortest ways from the main thread of the program to the others, along who waits for whom.
struct Ways {
    /// The thread before each that is reached.
    before: BTreeMap<usize, Option<usize>>,
}

impl Ways {
    fn of(graph: &Graph<'_>) -> Ways {
        let first = graph.program.processes.first();
        let root = first.and_then(|process| graph.main_node(process.pid));
        let root = root.filter(|root| graph.nodes[*root].stuck);
        let mut before: BTreeMap<usize, Option<usize>> =
            root.map(|root| (root, None)).into_iter().collect();
        let mut open = VecDeque::from_iter(root);
        while let Some(at) = open.pop_front() {
            for next in graph.next(at) {
                if let Entry::Vacant(entry) = before.entry(next) {
                    entry.insert(Some(at));
                    open.push_back(next);
                }
            }
        }
        Ways { before }
    }

    /// The way to a thread: only itself where the main thread is not stuck, `None` where that does not
    /// wait for this one.
    fn to(&self, at: usize) -> Option<Vec<usize>> {
        if self.before.is_empty() {
            return Some(vec![at]);
        }
        let mut way = vec![at];
        while let Some(previous) = *self.before.get(&way[way.len() - 1])? {
            way.push(previous);
        }
        way.reverse();
        Some(way)
    }
}

/// A handler of a signal may end a wait, that of one that asks the process to end where it waits to be
/// asked: for an event, or for another thread.
fn by_signals(view: View<'_>, rule: &str) -> Certainty {
    const TO_END: u64 =
        1 << (libc::SIGHUP - 1) | 1 << (libc::SIGQUIT - 1) | 1 << (libc::SIGTERM - 1);
    let asked = matches!(view.what(), What::Lock(_)) || rule.starts_with("event");
    let is_asked = asked && view.process().caught & TO_END != 0;
    if view.graph.nodes[view.at].by_signal || is_asked {
        Certainty::Hint
    } else if view.process().unknown_python.is_some() {
        // The kernel's word alone.
        Certainty::Likely
    } else {
        Certainty::Certain
    }
}

/// Everybody waits, and no rule knows why.
fn unknown(view: View<'_>) -> Cause {
    let text = Words::tell(
        "why.unknown.text",
        &[
            ("who", &view.who()),
            ("doing", &doing(view)),
            ("at", &view.at_place()),
        ],
    );
    Cause::new("unknown-wait", text, Words::tell("why.unknown.advice", &[])).sure(Certainty::Hint)
}
