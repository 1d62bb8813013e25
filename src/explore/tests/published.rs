//! Programs whose traces others have counted.

use super::search;
use super::toy::Op::{LastZero, Lock, Read, Unlock, Write, WritePlus};
use super::toy::Toy;
use super::toy::{Op, Program};
use crate::explore::search::{Ended, Search};

fn program(procs: impl IntoIterator<Item = Vec<Op>>) -> Program {
    Program {
        procs: procs.into_iter().collect(),
        ..Program::default()
    }
}

/// The program has so many traces, so many of them deadlocks; the search runs no other execution.
#[track_caller]
fn has(program: &Program, traces: u64, deadlocks: u64) {
    let found = search(program);
    let distinct = found.traces.len() as u64;
    let counts = (distinct, found.executions, found.given_up, found.deadlocks);
    assert_eq!(counts, (traces, traces, 0, deadlocks));
}

/// … and so many interleavings.
#[track_caller]
fn has_of(program: &Program, traces: u64, deadlocks: u64, interleavings: u128) {
    has(program, traces, deadlocks);
    assert_eq!(search(program).interleavings, Some(interleavings));
}

#[test]
fn litmus_tests() {
    for procs in [
        [vec![Write(0), Read(1)], vec![Write(1), Read(0)]],
        [vec![Write(0), Write(1)], vec![Read(1), Read(0)]],
        [vec![Read(0), Write(1)], vec![Read(1), Write(0)]],
        [vec![Write(0), Write(1)], vec![Write(1), Write(0)]],
    ] {
        has_of(&program(procs), 3, 0, 6);
    }
}

#[test]
fn readers_of_one_cell_commute() {
    let readers = |n| program([vec![Write(0)]].into_iter().chain(vec![vec![Read(0)]; n]));
    has_of(&readers(2), 4, 0, 6);
    has_of(&readers(3), 8, 0, 24);
    has_of(&readers(4), 16, 0, 120);
    has_of(&readers(6), 64, 0, 5_040);
    has(&readers(8), 256, 0);
}

#[test]
fn writers_of_cells_of_their_own_commute() {
    has_of(&program((0..5).map(|i| vec![Write(i)])), 1, 0, 120);
}

fn lastzero(n: u8) -> Program {
    let writers = (1..=n).map(|j| vec![Read(j - 1), WritePlus(j)]);
    program([vec![LastZero(n)]].into_iter().chain(writers))
}

#[test]
fn lastzero_as_in_figure_4() {
    for (n, traces) in [(1, 2), (2, 5), (3, 12), (4, 28), (5, 64), (8, 704)] {
        has(&lastzero(n), traces, 0);
    }
    assert_eq!(search(&lastzero(4)).interleavings, Some(44_300));
}

/// So many executions, and none in vain: all that can be said where traces are too many to keep.
#[track_caller]
fn takes(program: &Program, executions: u64) {
    let mut toy = Toy::new(program);
    let mut search = Search::default();
    let mut count = 0;
    while let Some(ended) = search.advance(&mut toy).expect("it repeats itself") {
        assert_ne!(ended, Ended::GivenUp);
        count += 1;
    }
    assert_eq!(count, executions);
}

#[test]
#[ignore = "takes minutes without optimisation"]
fn larger_ones() {
    let readers = [vec![Write(0)]].into_iter().chain(vec![vec![Read(0)]; 13]);
    takes(&program(readers), 8_192);
    takes(&locked_increments(7), 5_040);
    takes(&lastzero(10), 3_328);
    takes(&lastzero(15), 147_456);
}

#[test]
fn increments() {
    let inc = |n| program(vec![vec![Read(0), WritePlus(0)]; n]);
    has_of(&inc(2), 4, 0, 6);
    has_of(&inc(3), 36, 0, 90);
    has_of(&inc(4), 576, 0, 2_520);
    let lost = |k| program(vec![[Read(0), WritePlus(0)].repeat(k); 2]);
    has(&lost(2), 34, 0);
    has(&lost(3), 328, 0);
}

fn locked_increments(n: usize) -> Program {
    program(vec![vec![Lock(0), Read(0), WritePlus(0), Unlock(0)]; n])
}

#[test]
fn locked_increments_come_in_every_order() {
    has_of(&locked_increments(2), 2, 0, 2);
    has_of(&locked_increments(3), 6, 0, 6);
    has_of(&locked_increments(4), 24, 0, 24);
}

#[test]
fn mpat() {
    let mpat = |n| {
        let pair = |i| {
            [
                vec![Lock(i), Unlock(i)],
                vec![Lock(7), Lock(i), Unlock(i), Unlock(7)],
            ]
        };
        program((0..n).flat_map(pair))
    };
    has(&mpat(2), 8, 0);
    has(&mpat(3), 48, 0);
    has(&mpat(4), 384, 0);
}

fn philosophers(n: u8, one_reversed: bool) -> Program {
    program((0..n).map(|i| {
        let (mut left, mut right) = (i, (i + 1) % n);
        if one_reversed && i == n - 1 {
            std::mem::swap(&mut left, &mut right);
        }
        vec![Lock(left), Lock(right), Unlock(right), Unlock(left)]
    }))
}

#[test]
fn philosophers_starve_in_one_trace() {
    has_of(&philosophers(2, false), 3, 1, 6);
    has_of(&philosophers(3, false), 7, 1, 168);
    has_of(&philosophers(4, false), 15, 1, 98_184);
}

#[test]
fn philosophers_of_whom_one_is_left_handed_never_starve() {
    has_of(&philosophers(2, true), 2, 0, 2);
    has_of(&philosophers(3, true), 6, 0, 142);
    has_of(&philosophers(4, true), 14, 0, 64_000);
}
