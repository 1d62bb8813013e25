//! Circles of threads that wait for one another.

use std::collections::BTreeSet;

use super::Cause;
use crate::inspect::doing::doing;
use crate::inspect::graph::{Graph, Owner, What};
use crate::inspect::view::View;
use crate::lesson::Words;

/// Every circle, each once, at its first thread.
pub(super) fn cycles<'a>(graph: &'a Graph<'a>) -> Vec<(View<'a>, Cause)> {
    let mut found = Vec::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for at in 0..graph.nodes.len() {
        if !graph.nodes[at].stuck || graph.nodes[at].serves || seen.contains(&at) {
            continue;
        }
        let mut way = vec![at];
        loop {
            let last = way[way.len() - 1];
            let next = graph.next(last);
            let mut strict = next.into_iter().filter(|node| !graph.nodes[*node].serves);
            let Some(next) = strict.next() else { break };
            if let Some(start) = way.iter().position(|node| *node == next) {
                let circle = way.split_off(start);
                if circle.len() > 1 && circle.iter().all(|node| !seen.contains(node)) {
                    found.extend(told(graph, &circle));
                }
                seen.extend(circle);
                break;
            }
            way.push(next);
        }
        seen.extend(way);
    }
    found
}

/// Whether it is seen that a thread waits for the next, and not only that nobody else is left.
fn is_seen(graph: &Graph<'_>, at: usize) -> bool {
    match graph.nodes[at].what {
        What::Lock(_) => matches!(graph.lock_owner(at), Owner::Thread(_)),
        _ => true,
    }
}

fn told<'a>(graph: &'a Graph<'a>, circle: &[usize]) -> Option<(View<'a>, Cause)> {
    if !circle.iter().any(|at| is_seen(graph, *at)) {
        return None;
    }
    let view = |at: usize| View { graph, at };
    let mut sentences = Words::default();
    for at in circle {
        let link = view(*at);
        let sentence = Words::tell(
            "why.cycle.link",
            &[
                ("who", &link.who()),
                ("doing", &doing(link)),
                ("at", &link.at_place()),
            ],
        );
        sentences = if sentences == Words::default() {
            sentence
        } else {
            Words::tell(
                "why.cycle.links",
                &[("links", &sentences), ("link", &sentence)],
            )
        };
    }
    let is_lock = |at: &usize| match graph.nodes[*at].what {
        What::Semaphore(_) => true,
        What::Lock(address) => {
            let object = graph.lock_object(*at, address);
            graph.joins(*at).is_none()
                && object.is_some_and(|(object, _)| view(*at).object_name(object).is_some())
        }
        _ => false,
    };
    let locks = circle.iter().filter(|at| is_lock(at)).count();
    let (key, rule) = if locks > 1 {
        ("why.cycle.lock-advice", "lock-order")
    } else {
        ("why.cycle.advice", "deadlock")
    };
    let text = Words::tell("why.cycle.text", &[("links", &sentences)]);
    let mut cause = Cause::new(rule, text, Words::tell(key, &[]));
    if locks > 1 {
        cause = cause.lesson("lock");
    }
    for at in circle {
        if let What::Semaphore(inode) = graph.nodes[*at].what {
            cause = cause.object(graph.semaphore_name(*at, inode));
        }
        cause.pids.push(graph.process(*at).pid);
    }
    Some((view(*circle.first()?), cause))
}
