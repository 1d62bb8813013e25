//! The programs: main makes the objects, starts all processes, joins all, and prints what came out.

use forklore::explore::native::Projection;
use forklore::mp::{self, Array, Lock, Process, Result};

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    let case = |name, program, expected| Case {
        name,
        program,
        projection: Projection::Processes,
        expected,
    };
    vec![
        case("store_buffering", store_buffering, &[(0, 3, 0, 3)]),
        case(
            "readers",
            readers,
            &[(2, 4, 0, 4), (3, 8, 0, 8), (4, 16, 0, 16)],
        ),
        case("cells", cells, &[(3, 1, 0, 1), (5, 1, 0, 1)]),
        case(
            "lastzero",
            lastzero,
            &[(1, 2, 0, 2), (2, 5, 0, 5), (3, 12, 0, 12), (4, 28, 0, 28)],
        ),
        case("inc", inc, &[(2, 4, 0, 2), (3, 36, 0, 3)]),
        case(
            "lockinc",
            lockinc,
            &[(2, 2, 0, 1), (3, 6, 0, 1), (4, 24, 0, 1)],
        ),
        case("mpat", mpat, &[(2, 8, 0, 1), (3, 48, 0, 1), (4, 384, 0, 1)]),
        case(
            "philosophers",
            philosophers,
            &[(2, 3, 1, 2), (3, 7, 1, 2), (4, 15, 1, 2)],
        ),
        case(
            "left_handed",
            left_handed,
            &[(2, 2, 0, 1), (3, 6, 0, 1), (4, 14, 0, 1)],
        ),
    ]
}

fn array(len: usize) -> Result<Array> {
    Array::zeroed('i', i64::try_from(len).unwrap_or(0))
}

fn get(array: &Array, index: i64) -> Result<i64> {
    Ok(array.get(index)?.as_int().unwrap_or(0))
}

/// Starts all, joins all.
fn run(processes: &[Process]) -> Result<()> {
    for process in processes {
        process.start()?;
    }
    for process in processes {
        process.join()?;
    }
    Ok(())
}

/// Each process prints what it read when all are done with reading.
fn told(values: &[i64]) {
    mp::print!("{values:?}");
}

fn store_buffering(_: i64) -> Result<()> {
    let cells = array(2)?;
    let process = |mine: i64| {
        let cells = cells.clone();
        Process::new(
            move || {
                cells.set(mine, 1)?;
                told(&[get(&cells, 1 - mine)?]);
                Ok(())
            },
            (),
        )
    };
    run(&[process(0), process(1)])
}

fn readers(n: i64) -> Result<()> {
    let cells = array(1)?;
    let shared = cells.clone();
    let mut processes = vec![Process::new(move || shared.set(0, 1), ())];
    for _ in 0..n {
        let cells = cells.clone();
        let read = move || -> Result<()> {
            told(&[get(&cells, 0)?]);
            Ok(())
        };
        processes.push(Process::new(read, ()));
    }
    run(&processes)
}

fn cells(n: i64) -> Result<()> {
    let cells = array(usize::try_from(n).unwrap_or(0))?;
    let write = |i: i64| {
        let cells = cells.clone();
        Process::new(move || cells.set(i, 1), ())
    };
    run(&(0..n).map(write).collect::<Vec<_>>())
}

fn lastzero(n: i64) -> Result<()> {
    let cells = array(usize::try_from(n + 1).unwrap_or(0))?;
    let shared = cells.clone();
    let find = move || -> Result<()> {
        let mut i = n;
        while get(&shared, i)? != 0 {
            i -= 1;
        }
        told(&[i]);
        Ok(())
    };
    let mut processes = vec![Process::new(find, ())];
    for j in 1..=n {
        let cells = cells.clone();
        let write = move || -> Result<()> {
            let before = get(&cells, j - 1)?;
            cells.set(j, before + 1)
        };
        processes.push(Process::new(write, ()));
    }
    run(&processes)?;
    mp::print!("{}", cells.slice(..));
    Ok(())
}

fn inc(n: i64) -> Result<()> {
    let cells = array(1)?;
    let add = || {
        let cells = cells.clone();
        let add = move || -> Result<()> {
            let before = get(&cells, 0)?;
            cells.set(0, before + 1)
        };
        Process::new(add, ())
    };
    run(&(0..n).map(|_| add()).collect::<Vec<_>>())?;
    told(&[get(&cells, 0)?]);
    Ok(())
}

fn lockinc(n: i64) -> Result<()> {
    let cells = array(1)?;
    let lock = Lock::new()?;
    let add = || {
        let (cells, lock) = (cells.clone(), lock.clone());
        let add = move || -> Result<()> {
            lock.acquire();
            let before = get(&cells, 0)?;
            cells.set(0, before + 1)?;
            lock.release()
        };
        Process::new(add, ())
    };
    run(&(0..n).map(|_| add()).collect::<Vec<_>>())?;
    told(&[get(&cells, 0)?]);
    Ok(())
}

fn mpat(n: i64) -> Result<()> {
    let whole = Lock::new()?;
    let mut processes = Vec::new();
    for _ in 0..n {
        let part = Lock::new()?;
        let (mine, all) = (part.clone(), whole.clone());
        let alone = move || -> Result<()> {
            part.acquire();
            part.release()
        };
        let within = move || -> Result<()> {
            all.acquire();
            mine.acquire();
            mine.release()?;
            all.release()
        };
        processes.push(Process::new(alone, ()));
        processes.push(Process::new(within, ()));
    }
    run(&processes)
}

fn dine(n: i64, one_reversed: bool) -> Result<()> {
    let mut forks = Vec::new();
    for _ in 0..n {
        forks.push(Lock::new()?);
    }
    let mut processes = Vec::new();
    for i in 0..forks.len() {
        let (mut left, mut right) = (forks[i].clone(), forks[(i + 1) % forks.len()].clone());
        if one_reversed && i == forks.len() - 1 {
            std::mem::swap(&mut left, &mut right);
        }
        let dine = move || -> Result<()> {
            left.acquire();
            right.acquire();
            right.release()?;
            left.release()
        };
        processes.push(Process::new(dine, ()));
    }
    run(&processes)
}

fn philosophers(n: i64) -> Result<()> {
    dine(n, false)
}

fn left_handed(n: i64) -> Result<()> {
    dine(n, true)
}
