//! No sharing: every process appends to the global list, each to its own copy.
use std::cell::RefCell;

use crate::mp::{Process, Result, print};
use crate::programs::Params;

thread_local! {
    static LI: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) }; // py:7
}

fn foo(i: i64) {
    LI.with_borrow_mut(|li| li.push(i)); // py:11
    LI.with_borrow(|li| print!("{li:?}")); // py:12
    print!("say hi {i}"); // py:13
}

pub(super) fn main(params: &Params) -> Result<()> {
    let mut children = Vec::new(); // py:17
    for i in 0..params.int("processes") {
        let p = Process::new(foo, (i,)); // py:19
        p.start()?; // py:20
        children.push(p); // py:21
    }
    if params.flag("join") {
        for p in &children {
            p.join()?; // py:24
        }
        LI.with_borrow(|li| print!("main {li:?}")); // py:25
    }
    print!("main proccess stop"); // py:26
    Ok(())
}
