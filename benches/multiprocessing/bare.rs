//! The same work by the bare system call or instruction: the limit that `mp` is compared with.

use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicU32, Ordering};

use forklore::sys::fork::{Side, exit_now, fork};
use forklore::sys::mmap::Block;
use forklore::sys::{clock, futex};

/// Nanoseconds per unit of the work with this name.
pub fn run(name: &str) -> Option<f64> {
    match name {
        "process" => Some(forks()),
        "lock" | "array_get" | "array_set" | "value_add" => Some(futex_pair()),
        "handoff" => Some(futex_hand_off()),
        "queue_small" => Some(packets()),
        "queue_trip" | "dict" | "pool_apply" => Some(pipe_trip()),
        "queue_big" => Some(copy()),
        "pool_life" => Some(forks() * 3.0),
        "burst" | "sustained" | "asleep" => Some(sends(name)),
        _ => None,
    }
}

/// Times `count` turns of `turn`.
pub fn per_unit(count: u32, mut turn: impl FnMut(u32)) -> f64 {
    let begun = clock::monotonic_ns();
    for i in 0..count {
        turn(i);
    }
    (clock::monotonic_ns() - begun) as f64 / f64::from(count)
}

fn wait_for(pid: nix::unistd::Pid) {
    let _ = nix::sys::wait::waitpid(pid, None);
}

/// fork + _exit + waitpid.
fn forks() -> f64 {
    per_unit(200, |_| match fork() {
        Ok(Side::Child) => exit_now(0),
        Ok(Side::Parent(pid)) => wait_for(pid),
        Err(error) => panic!("{error}"),
    })
}

/// Compare-and-swap to acquire, swap to release: a futex mutex without contention.
fn futex_pair() -> f64 {
    let block = Block::map(64).expect("memory");
    let word = block.u32(0);
    per_unit(5_000_000, |_| {
        if word
            .compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            futex::wait(word, 1, None);
        }
        if word.swap(0, Ordering::Release) > 1 {
            futex::wake(word, 1);
        }
    })
}

/// Two processes that wake each other by futex words, one hand-off a unit.
fn futex_hand_off() -> f64 {
    const TURNS: u32 = 20_000;
    let block = Block::map(64).expect("memory");
    let wait_turn = |word: &AtomicU32, value: u32| {
        loop {
            let now = word.load(Ordering::SeqCst);
            if now == value {
                return;
            }
            futex::wait(word, now, None);
        }
    };
    let word = block.u32(0);
    match fork() {
        Ok(Side::Child) => {
            for turn in 0..TURNS {
                wait_turn(word, 2 * turn + 1);
                word.store(2 * turn + 2, Ordering::SeqCst);
                futex::wake(word, 1);
            }
            exit_now(0)
        }
        Ok(Side::Parent(pid)) => {
            let ns = per_unit(TURNS, |turn| {
                word.store(2 * turn + 1, Ordering::SeqCst);
                futex::wake(word, 1);
                wait_turn(word, 2 * turn + 2);
            });
            wait_for(pid);
            ns / 2.0
        }
        Err(error) => panic!("{error}"),
    }
}

/// 16-byte messages through a pipe, one write each, read in large pieces.
fn packets() -> f64 {
    const COUNT: u32 = 400_000;
    let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
    match fork() {
        Ok(Side::Child) => {
            drop(reader);
            for _ in 0..COUNT {
                let _ = writer.write_all(&[7; 16]);
            }
            exit_now(0)
        }
        Ok(Side::Parent(pid)) => {
            drop(writer);
            let begun = clock::monotonic_ns();
            let mut buf = [0; 16];
            while reader.read_exact(&mut buf).is_ok() {}
            let ns = (clock::monotonic_ns() - begun) as f64;
            wait_for(pid);
            ns / f64::from(COUNT)
        }
        Err(error) => panic!("{error}"),
    }
}

/// One byte there and one back through two pipes.
fn pipe_trip() -> f64 {
    const COUNT: u32 = 10_000;
    let (mut there, mut to_child) = std::io::pipe().expect("a pipe");
    let (mut back, mut to_parent) = std::io::pipe().expect("a pipe");
    match fork() {
        Ok(Side::Child) => {
            let mut buf = [0];
            for _ in 0..COUNT {
                let _ = there.read_exact(&mut buf);
                let _ = to_parent.write_all(&buf);
            }
            exit_now(0)
        }
        Ok(Side::Parent(pid)) => {
            let mut buf = [0];
            let ns = per_unit(COUNT, |_| {
                let _ = to_child.write_all(&buf);
                let _ = back.read_exact(&mut buf);
            });
            wait_for(pid);
            ns
        }
        Err(error) => panic!("{error}"),
    }
}

/// 1 MiB copied once.
fn copy() -> f64 {
    let from = vec![1u8; 1 << 20];
    let mut to = vec![0u8; 1 << 20];
    per_unit(500, |_| {
        std::hint::black_box(&mut to).copy_from_slice(std::hint::black_box(&from));
    })
}

/// CPU time of this process, ns.
pub fn cpu_ns() -> i64 {
    let now = nix::time::clock_gettime(nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID)
        .expect("a CPU clock");
    now.tv_sec() * 1_000_000_000 + now.tv_nsec()
}

/// A bare 128-byte send on the event channel: the packets of `works::traced` without encoding them.
fn sends(name: &str) -> f64 {
    let packet = [b'x'; 128];
    let count = crate::works::traced_count(name);
    let begun = cpu_ns();
    for _ in 0..count {
        let _ = nix::sys::socket::send(3, &packet, nix::sys::socket::MsgFlags::MSG_NOSIGNAL);
    }
    (cpu_ns() - begun) as f64 / f64::from(count)
}
