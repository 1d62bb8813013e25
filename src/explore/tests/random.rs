//! Random programs, run with and without reduction.

use super::toy::{Op, Program};
use super::{agree, all, search};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u8) -> u8 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        // What is cut off is as random as the rest.
        (z % u64::from(n)).to_le_bytes()[0]
    }
}

/// What a program is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Theme {
    Cells,
    Locks,
    Semaphores,
    Queues,
    Conditions,
    Pipes,
    Joins,
    Time,
    Text,
}

const THEMES: [Theme; 9] = [
    Theme::Cells,
    Theme::Locks,
    Theme::Semaphores,
    Theme::Queues,
    Theme::Conditions,
    Theme::Pipes,
    Theme::Joins,
    Theme::Time,
    Theme::Text,
];

/// 2 to 4 processes of 1 to 6 operations, about one to three themes.
fn program(seed: u64, themes: &[Theme]) -> Program {
    let mut random = Random(seed);
    let n = 2 + random.below(3);
    let about: Vec<Theme> = (0..=random.below(3))
        .map(|_| themes[usize::from(random.below(u8::try_from(themes.len()).expect("few")))])
        .collect();
    let births = random.below(3) == 0;
    let proc = |proc: u8, random: &mut Random| {
        let mut ops = Vec::new();
        let mut held = Vec::new();
        if births && proc == 0 {
            ops.extend((1..n).map(Op::Start));
        }
        let len = usize::from(1 + random.below(6));
        while ops.len() < len {
            let theme = about[usize::from(random.below(u8::try_from(about.len()).expect("few")))];
            ops.push(op(theme, proc, n, &mut held, random));
        }
        if about.contains(&Theme::Joins) && proc > 0 {
            ops.push(Op::Exit);
        }
        ops
    };
    Program {
        procs: (0..n).map(|i| proc(i, &mut random)).collect(),
        born_later: births,
        value: i64::from(random.below(2)),
        maxsize: 1 + i64::from(random.below(2)),
    }
}

/// `held` are the locks the process has asked for.
fn op(theme: Theme, proc: u8, procs: u8, held: &mut Vec<u8>, random: &mut Random) -> Op {
    let object = random.below(2);
    let lock = |held: &mut Vec<u8>, op: Op| {
        held.push(object);
        op
    };
    match (theme, random.below(6)) {
        (Theme::Cells, 0 | 1) | (Theme::Text, 0) => Op::Read(object),
        (Theme::Cells, 2 | 3) | (Theme::Text, 1) => Op::Write(object),
        (Theme::Cells, _) => Op::WritePlus(object),
        (Theme::Locks | Theme::Conditions, roll) if !held.contains(&object) => match roll {
            0 if theme == Theme::Conditions => Op::NotifyAll(object),
            0 | 1 => lock(held, Op::TryLock(object)),
            _ => lock(held, Op::Lock(object)),
        },
        (Theme::Conditions, 0..=2) => Op::Wait(object),
        (Theme::Conditions, 3) => Op::Notify(object),
        (Theme::Locks | Theme::Conditions, _) => {
            held.retain(|lock| *lock != object);
            Op::Unlock(object)
        }
        (Theme::Semaphores, 0 | 1) => Op::Acquire(object),
        (Theme::Semaphores, 2) => Op::TryAcquire(object),
        (Theme::Semaphores, _) => Op::Release(object),
        (Theme::Queues, 0 | 1) => Op::Get(object),
        (Theme::Queues, 2) => Op::TryGet(object),
        (Theme::Queues, _) => Op::Put(object),
        (Theme::Pipes, 0..=2) => Op::Send(object),
        (Theme::Pipes, _) => Op::Recv(object),
        (Theme::Joins, roll) if proc == 0 => {
            let child = 1 + random.below(procs - 1);
            if roll < 4 {
                Op::Join(child)
            } else {
                Op::Alive(child)
            }
        }
        (Theme::Joins, _) => Op::Read(object),
        (Theme::Time, 0 | 1) => Op::Sleep(1 + i64::from(object)),
        (Theme::Time, 2) => lock(held, Op::TimedLock(object, 1)),
        (Theme::Time, 3) if held.contains(&object) => Op::TimedWait(object, 1),
        (Theme::Time, 3 | 4) => Op::Unlock(object),
        (Theme::Time, _) => Op::Write(object),
        (Theme::Text, _) => Op::Say(1 << random.below(5) | 1 << random.below(5)),
    }
}

/// Holds so many programs against all their interleavings, those apart that have too many.
fn compare(seeds: std::ops::Range<u64>, themes: &[Theme]) {
    let (mut compared, mut deadlocks, mut traces) = (0, 0, 0);
    for seed in seeds.clone() {
        let program = program(seed, themes);
        if let Some(all) = all(&program, 1_000) {
            let found = search(&program);
            agree(&program, &all, &found);
            compared += 1;
            deadlocks += u32::from(found.deadlocks > 0);
            traces += found.traces.len();
        }
    }
    let tried = seeds.end - seeds.start;
    assert!(
        compared * 2 > tried,
        "{compared} of {tried} had few enough interleavings"
    );
    assert!(
        deadlocks > 20 && traces > 1_000,
        "{deadlocks} {traces}: nothing happens in them"
    );
}

#[test]
fn the_search_finds_what_all_interleavings_find() {
    compare(0..500, &THEMES);
}

#[test]
fn two_needs_at_once() {
    compare(0..300, &[Theme::Conditions, Theme::Cells, Theme::Time]);
}

#[test]
fn a_text_that_is_given_is_searched_as_if_there_were_none_to_keep_to() {
    compare(0..400, &[Theme::Text, Theme::Text, Theme::Cells]);
}

#[test]
#[ignore = "takes minutes without optimisation"]
fn many_more() {
    compare(1_000..40_000, &THEMES);
    compare(1_000..20_000, &[Theme::Conditions]);
    compare(
        1_000..20_000,
        &[Theme::Conditions, Theme::Semaphores, Theme::Time],
    );
}
