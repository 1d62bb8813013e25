//! Locks of `multiprocessing`: held by the thread that waits for them, or by a process that has ended.

use super::Cause;
use crate::inspect::doing::semaphore_thing;
use crate::inspect::graph::What;
use crate::inspect::view::View;
use crate::lesson::Words;

pub(super) fn lock(view: View<'_>) -> Option<Cause> {
    let What::Semaphore(inode) = *view.what() else {
        return None;
    };
    let node = &view.graph.nodes[view.at];
    let semaphore = view.graph.semaphores.get(&inode)?;
    if semaphore.value > 0 || node.serves && !semaphore.is_lock() {
        return None;
    }
    let name = view.graph.semaphore_name(view.at, inode);
    let thing = semaphore_thing(name, semaphore.is_lock());
    let (who, at) = (view.who(), view.at_place());
    if !semaphore.is_lock() {
        let text = Words::tell(
            "why.semaphore.text",
            &[
                ("who", &who),
                ("thing", &thing),
                ("at", &at),
                ("deaths", &view.deaths_told()),
            ],
        );
        let advice = Words::tell("why.semaphore.advice", &[]);
        let cause = Cause::new("semaphore-never-released", text, advice).object(name);
        return Some(cause.also(semaphore.sharers.iter().copied()));
    }
    let mut holders = semaphore.holders();
    let Some(holder) = holders.next() else {
        let text = Words::tell(
            "why.dead-owner.text",
            &[
                ("who", &who),
                ("thing", &thing),
                ("at", &at),
                ("deaths", &view.deaths_told()),
            ],
        );
        let advice = Words::tell("finding.owner-died.advice", &[]);
        let cause = Cause::new("owner-died", text, advice).object(name);
        return Some(cause.also(view.failed()));
    };
    if view.graph.holder(holder) == Some(view.at) && !holder.recursive {
        let text = Words::tell(
            "why.itself.text",
            &[("who", &who), ("thing", &thing), ("at", &at)],
        );
        let advice = Words::tell("why.itself.advice", &[]);
        return Some(
            Cause::new("lock-itself", text, advice)
                .object(name)
                .lesson("lock"),
        );
    }
    None
}
