//! Queue: main puts the messages in, every child takes one out.
use crate::mp::{Process, Queue, Result, print};
use crate::programs::Params;

fn f(i: i64, q: Queue<String>) -> Result<()> {
    print!("{i} {}", q.get()?); // py:10
    Ok(())
}

pub(super) fn main(params: &Params) -> Result<()> {
    let q = Queue::new()?.named("q"); // py:14
    for n in 1..=params.int("messages") {
        q.put(format!("h{n}"))?; // py:16
    }
    let mut children = Vec::new(); // py:17
    for i in 0..params.int("processes") {
        let p = Process::new(f, (i, q.clone())); // py:19
        p.start()?; // py:20
        children.push(p); // py:21
    }
    if params.flag("join") {
        for p in &children {
            p.join()?; // py:24
        }
    }
    Ok(())
}
