//! Programs that are drawn: two or three processes that use every primitive of `mp` in a few operations
//! each. A seed is a program.

use forklore::mp::{
    self, Array, Barrier, Condition, Connection, Event, JoinableQueue, Lock, Process, Queue,
    Result, Semaphore, exit, pipe, sleep,
};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

#[derive(Clone)]
struct Things {
    cells: Array,
    locks: [Lock; 2],
    semaphore: Semaphore,
    event: Event,
    condition: Condition,
    barrier: Barrier,
    queue: Queue<i64>,
    tasks: JoinableQueue<i64>,
    ends: std::rc::Rc<(Connection<i64, i64>, Connection<i64, i64>)>,
}

/// Operations come from one of these, so that they meet.
const THEMES: [&[u64]; 9] = [
    &[0, 1, 2, 3],
    &[4, 5, 6, 7, 1],
    &[8, 9, 10, 1],
    &[11, 12, 13, 14],
    &[15, 16, 17, 1],
    &[18, 18, 19, 20],
    &[21, 22, 23, 24],
    &[25, 26, 27, 28],
    &[29, 30, 31, 32],
];

/// What the operation gave; 99 for an exception.
fn act(op: u64, me: i64, things: &Things) -> Result<i64> {
    let cell = |index| {
        things
            .cells
            .get(index)
            .map(|value| value.as_int().unwrap_or(0))
    };
    let [first, second] = &things.locks;
    let short = 1.0;
    Ok(match op {
        0 => cell(0)?,
        1 => return things.cells.set(0, 10 + me).map(|()| 0),
        2 => cell(1)?,
        3 => return things.cells.set(1, cell(0)? + 1).map(|()| 0),
        4 => i64::from(first.acquire()),
        5 => i64::from(second.acquire()),
        6 => i64::from(first.try_acquire()),
        7 => return first.release().map(|()| 0),
        8 => i64::from(things.semaphore.acquire()),
        9 => i64::from(things.semaphore.try_acquire()),
        10 => return things.semaphore.release().map(|()| 0),
        11 => {
            things.event.set();
            0
        }
        12 => {
            things.event.clear();
            0
        }
        13 => i64::from(things.event.is_set()),
        14 => i64::from(things.event.wait()),
        15 => within(things, |condition| condition.wait().map(i64::from))?,
        16 => within(things, |condition| condition.notify(1).map(|()| 0))?,
        17 => within(things, |condition| condition.notify_all().map(|()| 0))?,
        18 => i64::from(things.barrier.wait()?),
        19 => {
            things.barrier.abort();
            0
        }
        20 => {
            things.barrier.reset();
            0
        }
        21 => return things.queue.put(me).map(|()| 0),
        22 => return things.queue.try_put(me).map(|()| 0),
        23 => things.queue.get()?,
        24 => things.queue.try_get()?,
        25 => return things.tasks.put(me).map(|()| 0),
        26 => things.tasks.get()?,
        27 => return things.tasks.task_done().map(|()| 0),
        28 => {
            things.tasks.join();
            0
        }
        29 => return things.ends.0.send(me).map(|()| 0),
        30 => things.ends.1.recv()?,
        31 => i64::from(things.ends.1.poll()?),
        32 => return things.ends.1.send(me).map(|()| 0),
        33 => i64::from(first.acquire_timeout(short)),
        34 => things.queue.get_timeout(short)?,
        35 => i64::from(things.event.wait_timeout(short)),
        36 => within(things, |condition| {
            condition.wait_timeout(short).map(i64::from)
        })?,
        37 => i64::from(things.barrier.wait_timeout(short)?),
        _ => {
            sleep(short);
            0
        }
    })
}

fn within(things: &Things, what: impl FnOnce(&Condition) -> Result<i64>) -> Result<i64> {
    things.condition.acquire();
    let value = what(&things.condition);
    things.condition.release()?;
    value
}

pub(super) fn program(seed: i64) -> Result<()> {
    let mut random = Random(seed.unsigned_abs());
    let things = Things {
        cells: Array::zeroed('i', 2)?,
        locks: [Lock::new()?, Lock::new()?],
        semaphore: Semaphore::new(1)?,
        event: Event::new()?,
        condition: Condition::new()?,
        barrier: Barrier::new(2)?,
        queue: Queue::with_maxsize(1)?,
        tasks: JoinableQueue::new()?,
        ends: std::rc::Rc::new(pipe(true)?),
    };
    let theme = THEMES[usize::try_from(random.below(9)).unwrap_or(0)];
    let (count, most) = if random.below(4) == 0 { (3, 1) } else { (2, 3) };
    let mut processes = Vec::new();
    for me in 0..count {
        let ops: Vec<u64> = (0..=random.below(most))
            .map(|_| match random.below(8) {
                0 => 33 + random.below(6),
                1 => random.below(4),
                _ => theme[usize::try_from(random.below(4)).unwrap_or(0)],
            })
            .collect();
        let things = things.clone();
        let live = move || -> Result<()> {
            let given = |op: &u64| act(*op, me, &things).unwrap_or(99);
            let code = ops
                .iter()
                .map(given)
                .fold(7, |code, one| (code * 31 + one) % 113);
            exit(i32::try_from(code).unwrap_or(0))
        };
        processes.push(Process::new(live, ()));
    }
    for process in &processes {
        process.start()?;
    }
    match random.below(8) {
        0 => processes[0].terminate()?,
        1 => drop(processes[0].is_alive()?),
        2 => processes[0].join_timeout(1.0)?,
        _ => {}
    }
    for process in &processes {
        process.join()?;
    }
    mp::print!("{}", things.cells.slice(..));
    Ok(())
}
