//! Rows of ps: ours beside the real ps, sysinfo, and bare reads of `stat` files that are kept open.
//!
//! Run with `cargo bench --bench ps_rows`. The ways take turns, so that a busy moment of the machine
//! affects them all. The table shows medians and their ratio to the bare read.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a bench that cannot run says why and ends
#![allow(clippy::print_stdout)] // its table is its result
#![allow(clippy::disallowed_methods)] // it measures the real clock

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use forklore::engine::ps::{self, Host, Look, Process};
use forklore::engine::sampler::Sampler;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use sysinfo::{ProcessesToUpdate, System};

const ROUNDS: usize = 41;

/// The number of looks after which a sampler knows that a process is idle.
const SETTLING: usize = 4;

/// Processes asleep in a read, woken by a byte; ended and reaped at the end, by PID.
struct Sleepers(Vec<Child>);

impl Sleepers {
    fn start(count: usize) -> Sleepers {
        let sleeper = || {
            Command::new("cat")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        };
        let mut sleepers = Sleepers(Vec::new());
        for _ in 0..count {
            sleepers.0.push(sleeper().expect("start cat"));
        }
        sleepers.wake();
        sleepers
    }

    fn pids(&self) -> Vec<i32> {
        self.0
            .iter()
            .map(|child| child.id().cast_signed())
            .collect()
    }

    /// Every process runs and goes back to sleep.
    fn wake(&mut self) {
        for child in &mut self.0 {
            child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
        }
        let mut host = Host::new().unwrap();
        for pid in self.pids() {
            while !ps::row(pid, &mut host).unwrap().stat.starts_with('S') {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

impl Drop for Sleepers {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
        }
        for child in &mut self.0 {
            let _ = child.wait();
        }
    }
}

/// One way to get rows, and its times.
struct Way<'a> {
    name: &'a str,
    /// Whether every process runs before each turn, outside the measured time.
    woken: bool,
    /// It has a turn every this many rounds: slow ways have fewer.
    every: usize,
    go: Box<dyn FnMut() + 'a>,
    times: Vec<Duration>,
}

impl<'a> Way<'a> {
    fn new(name: &'a str, go: impl FnMut() + 'a) -> Way<'a> {
        Way {
            name,
            woken: false,
            every: 1,
            go: Box::new(go),
            times: Vec::new(),
        }
    }

    fn median(&mut self) -> f64 {
        self.times.sort();
        self.times[self.times.len() / 2].as_secs_f64() * 1e3
    }
}

fn following(mut sampler: Sampler, pids: &[i32]) -> Sampler {
    for &pid in pids {
        sampler.add(pid);
    }
    assert_eq!(sampler.sample().rows.len(), pids.len());
    sampler
}

fn run_ps(arguments: &[&str]) {
    let done = Command::new("ps")
        .args(arguments)
        .stdout(Stdio::null())
        .status();
    assert!(
        done.is_ok_and(|status| status.success()),
        "run ps {arguments:?}"
    );
}

fn compare(count: usize) {
    let mut sleepers = Sleepers::start(count);
    let pids = sleepers.pids();
    let list = pids
        .iter()
        .map(i32::to_string)
        .collect::<Vec<_>>()
        .join(",");

    let opened = |pid: &i32| File::open(format!("/proc/{pid}/stat")).unwrap();
    let kept: Vec<File> = pids.iter().map(opened).collect();
    let (mut buffer, mut buffer_woken) = ([0; 4096], [0; 4096]);
    let [mut idle, mut busy] = [(); 2].map(|()| following(Sampler::new().unwrap(), &pids));
    let mut few = following(sampler_of_few_descriptors(1024), &pids);
    let (mut host, mut young) = (Host::new().unwrap(), Host::new().unwrap());
    let [mut system, mut system_woken] = [(); 2].map(|()| System::new().unwrap());
    let known: Vec<_> = pids
        .iter()
        .map(|pid| sysinfo::Pid::from_u32(pid.cast_unsigned()))
        .collect();

    let mut ways = vec![
        Way::new("bare pread of kept-open stat", || {
            for file in &kept {
                assert!(file.read_at(&mut buffer, 0).unwrap() > 0);
            }
        }),
        Way {
            woken: true,
            ..Way::new("bare pread, all have run since", || {
                for file in &kept {
                    assert!(file.read_at(&mut buffer_woken, 0).unwrap() > 0);
                }
            })
        },
        Way::new("ours: sample, none has run since", || {
            idle.sample();
        }),
        Way {
            woken: true,
            ..Way::new("ours: sample, all have run since", || {
                busy.sample();
            })
        },
        Way::new("ours: none has run, 1 024 descriptors", || {
            few.sample();
        }),
        Way::new("ours: rows at the start handshake", || {
            for &pid in &pids {
                assert!(Process::read_now(pid, &mut young, Look::Newborn).is_some());
            }
        }),
        Way::new("ours: single rows, nothing kept open", || {
            for &pid in &pids {
                assert!(ps::row(pid, &mut host).is_some());
            }
        }),
        Way::new("sysinfo: refresh_processes", || {
            system.refresh_processes(ProcessesToUpdate::Some(&known), true);
        }),
        Way {
            woken: true,
            ..Way::new("sysinfo, all have run since", || {
                system_woken.refresh_processes(ProcessesToUpdate::Some(&known), true);
            })
        },
        Way {
            every: 4,
            ..Way::new("ps u -p PIDS", || run_ps(&["u", "-p", &list]))
        },
        Way {
            every: 4,
            ..Way::new("ps aux", || run_ps(&["aux"]))
        },
    ];
    for round in 0..ROUNDS {
        for way in ways.iter_mut().filter(|way| round % way.every == 0) {
            if way.woken {
                sleepers.wake();
            } else if way.every == 1 {
                // What the processes did in between should not count for this way: after a few looks
                // it has seen that they ran and that they are idle.
                for _ in 0..SETTLING {
                    (way.go)();
                }
            }
            let begun = Instant::now();
            (way.go)();
            way.times.push(begun.elapsed());
        }
    }
    print_table(count, &mut ways);
}

/// The medians, their ratio to the bare read, and whether the targets were met.
fn print_table(count: usize, ways: &mut [Way<'_>]) {
    let bare = ways[0].median();
    println!("\nrows of {count} processes{:>27}{:>10}", "ms", "ratio");
    let wanted = if count > 100 { 12.0 } else { 0.15 };
    for way in ways {
        let median = way.median();
        let verdict = match (way.name.starts_with("ours: sample"), median <= wanted) {
            (false, _) => String::new(),
            (true, true) => format!("  wanted <= {wanted} ms: met"),
            (true, false) => format!("  wanted <= {wanted} ms: MISSED"),
        };
        println!(
            "{:<40}{median:>10.3}{:>10.2}{verdict}",
            way.name,
            median / bare
        );
    }
}

/// A sampler in a process that may open no more than this many files.
fn sampler_of_few_descriptors(count: u64) -> Sampler {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, count.min(hard), hard).unwrap();
    let sampler = Sampler::new().unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
    sampler
}

fn main() {
    // `cargo test --benches` builds and runs this too, and needs no figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    println!("medians of {ROUNDS} turns; {hard} descriptors at most");
    for count in [10, 1000] {
        compare(count);
    }
}
