//! Where an event is sent decides whether it is true: the rule is kept here, and broken on purpose.
//!
//! The programs implement their own lock on the same channel, so that they can break the rule without a
//! switch in the product. What follows a release is forced: the releaser waits until the other process
//! has the lock and has reported it.

use std::sync::atomic::{AtomicU32, Ordering};

use forklore::model::AnomalyKind;
use forklore::mp::{self, Process};
use forklore::sys::futex;
use forklore::sys::mmap::Block;
use forklore::trace::{OpName, Packet};

use crate::harness::{Case, Finished};

/// When the release is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    BeforeItsEffect,
    AfterItsEffect,
}

fn tell(op: OpName) {
    let mut buf = Vec::new();
    let packet = Packet::op(&mut buf, 0, "op", op, Some("Lock-1"), None, None).finish();
    nix::sys::socket::send(3, packet, nix::sys::socket::MsgFlags::empty())
        .expect("the channel takes it");
}

fn set(word: &AtomicU32) {
    word.store(1, Ordering::SeqCst);
    futex::wake(word, 1);
}

fn wait(word: &AtomicU32) {
    while word.load(Ordering::SeqCst) == 0 {
        futex::wait(word, 0, None);
    }
}

/// Main releases and the child acquires; main sends its event before or after.
fn hand_over(told: Told) -> mp::Result<()> {
    let block = Block::map(64).expect("a page");
    let theirs = block.clone();
    let child = Process::new(
        move || {
            wait(theirs.u32(0));
            tell(OpName::Acquire);
            set(theirs.u32(4));
        },
        (),
    );
    child.start()?;
    tell(OpName::Acquire);
    if told == Told::BeforeItsEffect {
        tell(OpName::Release);
    }
    set(block.u32(0));
    wait(block.u32(4));
    if told == Told::AfterItsEffect {
        tell(OpName::Release);
    }
    child.join()
}

/// Acquires of a held lock that the World finds in the log. (This small supervisor reports no exits,
/// so other anomalies only concern what it leaves out.)
fn inversions(run: &Finished) -> usize {
    run.ok();
    run.world()
        .anomalies()
        .iter()
        .filter(|anomaly| matches!(anomaly.kind, AnomalyKind::HeldByAnother { .. }))
        .count()
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::traced(
            "order_a_release_told_before_its_effect_is_true",
            || hand_over(Told::BeforeItsEffect),
            |run| assert_eq!(inversions(run), 0),
        ),
        Case::traced(
            "order_a_release_told_after_its_effect_is_an_inversion",
            || hand_over(Told::AfterItsEffect),
            |run| assert_eq!(inversions(run), 1),
        ),
    ]
}
