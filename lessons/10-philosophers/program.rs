//! Philosophers: each needs two forks, and every fork lies between two of them.
use crate::mp::{Barrier, Lock, Process, Result, print};
use crate::programs::Params;

fn dine(first: Lock, second: Lock, meeting: Option<Barrier>, i: usize) -> Result<()> {
    first.acquire(); // py:10
    if let Some(meeting) = &meeting {
        meeting.wait()?; // py:12
    }
    second.acquire(); // py:13
    print!("{i} eats"); // py:14
    second.release()?; // py:15
    first.release() // py:16
}

pub(super) fn main(params: &Params) -> Result<()> {
    let philosophers = usize::try_from(params.int("philosophers")).unwrap_or(0);
    let mut forks = Vec::new(); // py:20
    for i in 0..philosophers {
        forks.push(Lock::new()?.named(&format!("forks[{i}]"))); // py:20
    }
    let mut left_handed = philosophers; // py:21
    if params.word("order") == "reversed" {
        left_handed = philosophers - 1; // py:23
    }
    let meeting = match params.flag("meet") {
        true => Some(Barrier::new(u32::try_from(left_handed).unwrap_or(0))?.named("meeting")), // py:24
        false => None,
    };
    let mut children = Vec::new(); // py:25
    for i in 0..philosophers {
        let (left, right) = (forks[i].clone(), forks[(i + 1) % philosophers].clone()); // py:27
        let p = if i < left_handed {
            Process::new(dine, (left, right, meeting.clone(), i)) // py:29
        } else {
            Process::new(dine, (right, left, None, i)) // py:31
        };
        p.start()?; // py:32
        children.push(p); // py:33
    }
    for p in &children {
        p.join()?; // py:35
    }
    print!("all have eaten"); // py:36
    Ok(())
}
