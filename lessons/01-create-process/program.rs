//! Create processes: start a few children, and do not wait for them.
use crate::mp::{Process, Result, print};
use crate::programs::Params;

fn foo(i: i64) {
    print!("say hi {i}"); // py:9
}

pub(super) fn main(params: &Params) -> Result<()> {
    let mut children = Vec::new(); // py:13
    for i in 0..params.int("processes") {
        let p = Process::new(foo, (i,)); // py:15
        p.start()?; // py:16
        children.push(p); // py:17
    }
    if params.flag("join") {
        for p in &children {
            p.join()?; // py:20
        }
    }
    print!("main proccess stop"); // py:21
    Ok(())
}
