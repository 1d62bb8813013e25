//! Philosophers: each needs two forks, and every fork lies between two of them.
use crate::mp::{Barrier, Lock, Process, Result, print};
use crate::programs::Params;

fn dine(first: Lock, second: Lock, meeting: Option<Barrier>, i: usize) -> Result<()> {
    first.acquire(); // py:10
    print!("{i} has one fork"); // py:11
    if let Some(meeting) = &meeting {
        meeting.wait()?; // py:13
    }
    second.acquire(); // py:14
    print!("{i} eats"); // py:15
    second.release()?; // py:16
    first.release() // py:17
}

pub(super) fn main(params: &Params) -> Result<()> {
    let philosophers = usize::try_from(params.int("philosophers")).unwrap_or(0);
    let mut forks = Vec::new(); // py:21
    for i in 0..philosophers {
        forks.push(Lock::new()?.named(&format!("forks[{i}]"))); // py:21
    }
    let mut left_handed = philosophers; // py:22
    if params.word("order") == "reversed" {
        left_handed = philosophers - 1; // py:24
    }
    let mut meeting = None; // py:25
    if params.flag("meet") {
        let parties = u32::try_from(left_handed).unwrap_or(0);
        meeting = Some(Barrier::new(parties)?.named("meeting")); // py:25
    }
    let mut children = Vec::new(); // py:26
    for i in 0..philosophers {
        let (left, right) = (forks[i].clone(), forks[(i + 1) % philosophers].clone()); // py:28
        let p = if i < left_handed {
            Process::new(dine, (left, right, meeting.clone(), i)) // py:30
        } else {
            Process::new(dine, (right, left, None, i)) // py:32
        };
        p.start()?; // py:33
        children.push(p); // py:34
    }
    for p in &children {
        p.join()?; // py:36
    }
    print!("all have eaten"); // py:37
    Ok(())
}
