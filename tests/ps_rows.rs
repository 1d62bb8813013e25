//! Rows of ps against the real `ps`, column by column, for processes of every kind; and the
//! sampler that gives them out.

#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests fail like tests
#![allow(clippy::print_stdout)] // a skipped test says so
#![allow(clippy::disallowed_methods)] // deadlines of tests are the real clock's

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::ops::RangeInclusive;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use forklore::engine::ps::{self, Host};
use forklore::engine::sampler::{Sampler, SamplerThread};
use forklore::trace::{PsRow, PsUpdate};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const DEADLINE: Duration = Duration::from_secs(20);

/// A child that is ended and reaped when the test is over, however it is over.
struct Held {
    child: Child,
    /// The process to look at, where it is not the child itself.
    pid: i32,
    /// Where it prints; kept so that it never writes into a closed pipe.
    output: Option<BufReader<ChildStdout>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.pid != self.child.id().cast_signed() {
            let _ = kill(Pid::from_raw(self.pid), Signal::SIGKILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Held {
    fn start(command: &mut Command) -> Held {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pid = child.id().cast_signed();
        Held {
            child,
            pid,
            output: None,
        }
    }

    /// Starts a command and waits for its first line: it is where the test wants it. A line that
    /// is a number names the process to look at.
    fn start_ready(command: &mut Command) -> Held {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{command:?} ended before it was ready");
        let pid = line.trim().parse().unwrap_or(child.id().cast_signed());
        Held {
            child,
            pid,
            output: Some(output),
        }
    }

    fn python(program: &str) -> Held {
        Held::start_ready(Command::new("python3").args(["-u", "-c", program]))
    }

    /// Waits for the next line it prints.
    fn read_line(&mut self) {
        let mut line = String::new();
        self.output.as_mut().unwrap().read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{} ended", self.pid);
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid), signal).unwrap();
    }
}

/// Whether the tools are here; says so when they are not.
fn present(tools: &[&str]) -> bool {
    tools.iter().all(|tool| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {tool}")])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !found {
            println!("skipped: no {tool} here");
        }
        found
    })
}

fn row(pid: i32, host: &mut Host) -> PsRow {
    ps::row(pid, host).unwrap_or_else(|| panic!("no row for {pid}"))
}

/// Waits until the process's state is this one.
fn wait_for_state(pid: i32, state: char, host: &mut Host) {
    let deadline = Instant::now() + DEADLINE;
    while !row(pid, host).stat.starts_with(state) {
        assert!(
            Instant::now() < deadline,
            "{pid} never came to {state}: {:?}",
            row(pid, host)
        );
        std::thread::yield_now();
    }
}

/// The lines the real ps prints for these processes, heading first.
fn real_ps(pids: &[i32]) -> Vec<String> {
    let list = pids
        .iter()
        .map(i32::to_string)
        .collect::<Vec<_>>()
        .join(",");
    let output = Command::new("ps")
        .args(["u", "-p", &list])
        .env("LC_ALL", "C.UTF-8")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// How many digits the PID column has.
fn pid_width() -> usize {
    std::fs::read_to_string("/proc/sys/kernel/pid_max")
        .unwrap()
        .trim()
        .len()
}

/// The columns that change by themselves, taken apart so that the others can be compared as text.
#[derive(Debug)]
struct Elapsed {
    /// Tenths of a percent.
    cpu: i64,
    seconds: u64,
    start: String,
}

/// Splits a line of ps into its elapsed-time columns and all the others.
fn split(line: &str) -> (Elapsed, Vec<String>) {
    let mut rest = line;
    let mut words = Vec::new();
    for _ in 0..10 {
        rest = rest.trim_start();
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        words.push(word.to_owned());
        rest = after;
    }
    // Whatever of the command's own spaces would follow the one between the columns is compared too.
    words.push(rest.to_owned());
    let time = words.remove(9);
    let start = words.remove(8);
    let cpu = words.remove(2);
    let (minutes, seconds) = time.split_once(':').unwrap();
    let seconds = minutes.parse::<u64>().unwrap() * 60 + seconds.parse::<u64>().unwrap();
    (
        Elapsed {
            cpu: tenths(&cpu),
            seconds,
            start,
        },
        words,
    )
}

/// `12.3` is 123, and `123` is 1230.
fn tenths(cpu: &str) -> i64 {
    let (whole, tenths) = cpu.split_once('.').unwrap_or((cpu, "0"));
    whole.parse::<i64>().unwrap() * 10 + tenths.parse::<i64>().unwrap()
}

/// Minutes of the day of a START column that shows a time.
fn minutes(start: &str) -> i32 {
    let (hours, minutes) = start
        .split_once(':')
        .unwrap_or_else(|| panic!("START is {start}"));
    hours.parse::<i32>().unwrap() * 60 + minutes.parse::<i32>().unwrap()
}

/// Compares our row with the real line, ours taken before and after it; `cpu` is what %CPU may have
/// been in between, in tenths.
fn assert_same(before: &PsRow, real: &str, after: &PsRow, cpu: RangeInclusive<i64>) {
    let width = pid_width();
    let (ours, theirs) = (before.line(width), real);
    let (elapsed, columns) = split(&ours);
    let (real_elapsed, real_columns) = split(theirs);
    assert_eq!(columns, real_columns, "\nours: {ours}\nreal: {theirs}");

    let (later, _) = split(&after.line(width));
    assert!(
        cpu.contains(&real_elapsed.cpu),
        "%CPU in {cpu:?}\nours: {ours}\nreal: {theirs}"
    );
    let seconds = elapsed.seconds.saturating_sub(1)..=later.seconds + 1;
    assert!(
        seconds.contains(&real_elapsed.seconds),
        "TIME\nours: {ours}\nreal: {theirs}"
    );
    let apart = (minutes(&elapsed.start) - minutes(&real_elapsed.start)).rem_euclid(24 * 60);
    assert!(
        [0, 1, 24 * 60 - 1].contains(&apart),
        "START\nours: {ours}\nreal: {theirs}"
    );

    // With the elapsed columns of the real line, ours is that line to the last space.
    let cpu = real_elapsed.cpu.try_into().unwrap();
    let time = format!(
        "{}:{:02}",
        real_elapsed.seconds / 60,
        real_elapsed.seconds % 60
    );
    let same = PsRow {
        cpu,
        time,
        start: real_elapsed.start,
        ..before.clone()
    };
    assert_eq!(same.line(width), theirs);
}

/// Compares processes that hold still with the real ps. One that still moves (a program not yet
/// asleep) is looked at again: only a look with the same row of ours before and after it counts.
fn compare(held: &[&Held], host: &mut Host) -> Vec<PsRow> {
    let pids: Vec<i32> = held.iter().map(|held| held.pid).collect();
    let deadline = Instant::now() + DEADLINE;
    loop {
        let rows = |host: &mut Host| pids.iter().map(|&pid| row(pid, host)).collect::<Vec<_>>();
        let before = rows(host);
        let real = real_ps(&pids);
        let after = rows(host);
        assert_eq!(real.first(), Some(&PsRow::heading(pid_width())));
        if before
            .iter()
            .zip(&after)
            .all(|(before, after)| holds_still(before, after))
        {
            for (before, after) in before.iter().zip(&after) {
                let real = real[1..]
                    .iter()
                    .find(|line| split(line).1[1] == before.pid.to_string());
                let real = real.unwrap_or_else(|| panic!("ps does not know {}", before.pid));
                // What does nothing falls from the one to the other.
                let cpu = i64::from(after.cpu) - 1..=i64::from(before.cpu) + 1;
                assert_same(before, real, after, cpu);
            }
            return after;
        }
        assert!(
            Instant::now() < deadline,
            "never still:\n{before:#?}\n{after:#?}"
        );
    }
}

fn holds_still(before: &PsRow, after: &PsRow) -> bool {
    timeless(before) == timeless(after)
}

fn timeless(row: &PsRow) -> PsRow {
    PsRow {
        cpu: 0,
        ..row.clone()
    }
}

#[test]
fn sleeping_stopped_and_zombie() {
    if !present(&["ps", "sleep", "true"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let asleep = Held::start(Command::new("sleep").arg("1000"));
    let stopped = Held::start(Command::new("sleep").arg("1001"));
    stopped.signal(Signal::SIGSTOP);
    let zombie = Held::start(&mut Command::new("true"));
    wait_for_state(asleep.pid, 'S', &mut host);
    wait_for_state(stopped.pid, 'T', &mut host);
    wait_for_state(zombie.pid, 'Z', &mut host);
    let rows = compare(&[&asleep, &stopped, &zombie], &mut host);
    assert_eq!(rows[0].command, "sleep 1000");
    assert_eq!(rows[1].stat, "T");
    assert_eq!(rows[2].command, "[true] <defunct>");
    assert_eq!((rows[2].vsz, rows[2].rss), (0, 0));
}

/// Clock ticks a process has computed and lived, read by other means than ours.
fn ticks(pid: i32) -> (i64, i64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let field = |number: usize| fields[number - 3].parse::<i64>().unwrap();
    let now: i64 = uptime
        .split_whitespace()
        .next()
        .unwrap()
        .replace('.', "")
        .parse()
        .unwrap();
    (field(14) + field(15), now - field(22))
}

#[test]
fn a_busy_loop() {
    if !present(&["ps", "sh"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let busy = Held::start(Command::new("sh").args(["-c", "while :; do :; done"]));
    let deadline = Instant::now() + DEADLINE;
    while !row(busy.pid, &mut host).time.ends_with(":02") {
        assert!(Instant::now() < deadline, "{:?}", row(busy.pid, &mut host));
        std::thread::sleep(Duration::from_millis(20));
    }
    let (least, from) = ticks(busy.pid);
    let before = row(busy.pid, &mut host);
    let real = real_ps(&[busy.pid]);
    let after = row(busy.pid, &mut host);
    let (most, to) = ticks(busy.pid);
    let cpu = least * 1000 / (to + 1) - 1..=most * 1000 / (from - 1) + 1;
    for ours in [&before, &after] {
        assert!(cpu.contains(&i64::from(ours.cpu)), "{cpu:?} {ours:?}");
    }
    assert_same(&before, &real[1], &after, cpu);
    assert_eq!(after.stat, "R");
    assert!(after.cpu > 100, "{after:?}");
}

#[test]
fn second_letters() {
    if !present(&["ps", "setsid", "nice", "python3"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let leader = Held::start(Command::new("setsid").args(["sleep", "1000"]));
    let niced = Held::start(Command::new("nice").args(["-n", "5", "sleep", "1000"]));
    let threads = Held::python(
        "import threading, time\n\
         threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n\
         print('ready'); time.sleep(1000)",
    );
    let locked = Held::python(
        "import ctypes, time\n\
         memory = ctypes.create_string_buffer(8192)\n\
         print('ready' if ctypes.CDLL(None).mlock(memory, 4096) == 0 else 'refused')\n\
         time.sleep(1000)",
    );
    let terminal = Held::python(
        "import os, pty, signal, time\n\
         pid, terminal = pty.fork()\n\
         if pid == 0: os.execvp('sleep', ['sleep', '1000'])\n\
         signal.signal(signal.SIGTERM, lambda *_: os._exit(0))\n\
         print(pid); time.sleep(1000)",
    );
    let held = [&leader, &niced, &threads, &locked, &terminal];
    for held in held {
        wait_for_state(held.pid, 'S', &mut host);
    }
    let rows = compare(&held, &mut host);
    let letters: Vec<&str> = rows.iter().map(|row| row.stat.as_str()).collect();
    assert_eq!(letters, ["Ss", "SN", "Sl", "SL", "Ss+"]);
    assert!(rows[4].tty.starts_with("pts/"), "{:?}", rows[4]);
}

#[test]
fn high_priority_and_other_users() {
    if !present(&["ps", "nice", "setpriv"]) {
        return;
    }
    if !nix::unistd::geteuid().is_root() {
        println!("skipped: only root may do this");
        return;
    }
    let mut host = Host::new().unwrap();
    let before = Held::start(Command::new("nice").args(["-n", "-5", "sleep", "1000"]));
    // A number nobody has a name for, and the longest names this machine has.
    let mut users = vec!["4000001".to_owned()];
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    let mut names: Vec<(&str, &str)> = passwd
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            Some((fields.next()?, fields.nth(1)?))
        })
        .collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    users.extend(names.iter().take(3).map(|(_, number)| (*number).to_owned()));
    let others: Vec<Held> = users
        .iter()
        .map(|user| Held::start(Command::new("setpriv").args(["--reuid", user, "sleep", "1000"])))
        .collect();
    let mut held = vec![&before];
    held.extend(&others);
    for held in &held {
        wait_for_state(held.pid, 'S', &mut host);
    }
    let rows = compare(&held, &mut host);
    assert_eq!(rows[0].stat, "S<");
    assert_eq!(rows[1].user, "4000001");
}

#[test]
fn command_lines_of_all_kinds() {
    if !present(&["ps", "sleep"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let with_name = |name: &[u8]| {
        use std::os::unix::ffi::OsStrExt;
        let mut command = Command::new("sleep");
        command.arg0(std::ffi::OsStr::from_bytes(name)).arg("1000");
        Held::start(&mut command)
    };
    let long = "x".repeat(100_000);
    let held: Vec<Held> = [
        long.as_bytes(),
        b"two  spaces at the end  ",
        b"",
        b" ",
        b"tab\there, line\nend, escape \x1b[31mred\x1b[0m, bell \x07, delete \x7f",
        "工人-1 работник é 🐍 \u{202e}mirrored\u{2028}separated\u{85}next".as_bytes(),
        "unassigned \u{378} private \u{e000} none \u{ffff} wide \u{3000} joined e\u{301}"
            .as_bytes(),
        b"not utf-8: \xff\xfe then \x01 \xc3\xa9",
        b"cut off: \xe4\xb8",
        b"half: \xe4ab\xc3\xa9 over: \xc2 overlong: \xf0\x80\x80\x80",
        b"surrogate: \xed\xa0\x80 overlong: \xe0\x80\x80 \xc3\xa9!",
    ]
    .iter()
    .map(|name| with_name(name))
    .collect();
    // More than ps prints on one line.
    let mut beyond = Command::new("sleep");
    beyond
        .arg0("x".repeat(60_000))
        .args(["1000", &"0".repeat(90_000)]);
    let beyond = Held::start(&mut beyond);
    let held: Vec<&Held> = held.iter().chain([&beyond]).collect();
    for held in &held {
        wait_for_state(held.pid, 'S', &mut host);
    }
    let rows = compare(&held, &mut host);
    assert_eq!(rows[0].command, format!("{long} 1000"));
    assert!(rows.last().is_some_and(|row| row.command.len() < 150_000));
}

#[test]
fn titles_written_by_the_process() {
    if !present(&["ps", "python3"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    // Writes over its own arguments, as setproctitle does; the second leaves no NUL at their end.
    let rename = |title: &str| {
        Held::python(&format!(
            "import time\n\
             stat = open('/proc/self/stat').read().rpartition(')')[2].split()\n\
             begin, end = int(stat[45]), int(stat[46])\n\
             title = {title:?}.encode()\n\
             memory = open('/proc/self/mem', 'r+b', buffering=0)\n\
             memory.seek(begin); memory.write(title.ljust(end - begin, b'\\0') if len(title) < 40 else title[:end - begin])\n\
             print('ready'); time.sleep(1000)"
        ))
    };
    let short = rename("pool-async: ForkPoolWorker-1");
    let full = rename(&"pool ".repeat(400));
    for held in [&short, &full] {
        wait_for_state(held.pid, 'S', &mut host);
    }
    let rows = compare(&[&short, &full], &mut host);
    assert_eq!(rows[0].command, "pool-async: ForkPoolWorker-1");
    assert!(
        rows[1].command.starts_with("pool pool pool"),
        "{}",
        rows[1].command
    );
}

#[test]
fn a_line_pushed_to_the_right() {
    if !present(&["ps", "python3"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let big = Held::python(
        "import mmap, time\n\
         memory = mmap.mmap(-1, 300 << 30, flags=mmap.MAP_PRIVATE | 0x4000, prot=0)\n\
         print('ready'); time.sleep(1000)",
    );
    wait_for_state(big.pid, 'S', &mut host);
    let rows = compare(&[&big], &mut host);
    assert!(rows[0].vsz > 300 << 20, "{:?}", rows[0]);
}

#[test]
fn kernel_threads() {
    if !present(&["ps"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let Some(thread) = ps::row(2, &mut host).filter(|row| row.command == "[kthreadd]") else {
        println!("skipped: no kernel threads to be seen here");
        return;
    };
    let real = real_ps(&[2]);
    assert_eq!(split(&real[1]).1[6..], [thread.stat, thread.command]);
}

/// A process that changes itself at each signal, in less than a tick of the clock.
fn changing() -> Held {
    Held::python(
        "import ctypes, signal, sys\n\
         stat = open('/proc/self/stat').read().rpartition(')')[2].split()\n\
         begin, end = int(stat[45]), int(stat[46])\n\
         memory = open('/proc/self/mem', 'r+b', buffering=0)\n\
         locked = ctypes.create_string_buffer(8192)\n\
         lock = ctypes.CDLL(None).mlock\n\
         signals = {signal.SIGUSR1, signal.SIGUSR2}\n\
         signal.pthread_sigmask(signal.SIG_BLOCK, signals)\n\
         print('ready')\n\
         while True:\n\
         \x20 if signal.sigwait(signals) == signal.SIGUSR1:\n\
         \x20   memory.seek(begin); memory.write(b'renamed'.ljust(end - begin, b'\\0'))\n\
         \x20 else: lock(locked, 4096)\n\
         \x20 print('done')",
    )
}

#[test]
fn what_a_process_does_to_itself_is_seen_at_the_next_look() {
    if !present(&["python3"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let mut sampler = Sampler::new().unwrap();
    let mut held = changing();
    wait_for_state(held.pid, 'S', &mut host);
    sampler.add(held.pid);
    let first = sampler.sample().rows.remove(0);
    assert!(first.command.contains(" -u -c import"), "{first:?}");
    for (signal, changed) in [(Signal::SIGUSR1, "renamed"), (Signal::SIGUSR2, "SL")] {
        held.signal(signal);
        held.read_line();
        wait_for_state(held.pid, 'S', &mut host);
        let mut rows = sampler.sample().rows;
        if signal == Signal::SIGUSR2 {
            // Locking memory it had leaves no trace; it is asked for when the process rests.
            rows.extend(sampler.sample().rows);
        }
        let Some(row) = rows.last() else {
            panic!("no change seen")
        };
        assert!(row.command == changed || row.stat == changed, "{row:?}");
        assert_eq!(timeless(row), timeless(&self::row(held.pid, &mut host)));
    }
}

#[test]
fn only_changes_are_told() {
    if !present(&["sleep"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let mut sampler = Sampler::new().unwrap();
    let mut sleeper = Held::start(Command::new("sleep").arg("1000"));
    let other = Held::start(Command::new("sleep").arg("1000"));
    for held in [&sleeper, &other] {
        held.signal(Signal::SIGSTOP);
        wait_for_state(held.pid, 'T', &mut host);
    }
    let first = sampler.row(other.pid).unwrap();
    assert_eq!((first.pid, first.stat.as_str()), (other.pid, "T"));
    sampler.add(sleeper.pid);
    sampler.add(sleeper.pid);
    assert_eq!(sampler.len(), 2);
    let told = |sampler: &mut Sampler| {
        let update = sampler.sample();
        // %CPU of a process that does nothing may still be falling.
        let new = |row: &&PsRow| row.cpu == 0;
        let rows = update
            .rows
            .iter()
            .filter(new)
            .map(|row| (row.pid, row.stat.clone()));
        (rows.collect::<Vec<_>>(), update.gone)
    };
    assert_eq!(
        told(&mut sampler),
        (vec![(sleeper.pid, "T".to_owned())], vec![])
    );
    assert_eq!(told(&mut sampler), (vec![], vec![]));

    sleeper.signal(Signal::SIGCONT);
    wait_for_state(sleeper.pid, 'S', &mut host);
    assert_eq!(
        told(&mut sampler),
        (vec![(sleeper.pid, "S".to_owned())], vec![])
    );

    sleeper.signal(Signal::SIGKILL);
    wait_for_state(sleeper.pid, 'Z', &mut host);
    assert_eq!(
        told(&mut sampler),
        (vec![(sleeper.pid, "Z".to_owned())], vec![])
    );
    sleeper.child.wait().unwrap();
    assert_eq!(told(&mut sampler), (vec![], vec![sleeper.pid]));
    assert_eq!(told(&mut sampler), (vec![], vec![]));
    assert_eq!(sampler.len(), 1);

    sampler.remove(other.pid);
    assert!(sampler.is_empty());
}

#[test]
fn a_process_that_vanishes_before_its_first_row_has_none() {
    if !present(&["true"]) {
        return;
    }
    let mut sampler = Sampler::new().unwrap();
    let mut gone = Held::start(&mut Command::new("true"));
    sampler.add(gone.pid);
    gone.child.wait().unwrap();
    assert_eq!(sampler.sample(), PsUpdate::default());
    assert!(sampler.is_empty());
    assert_eq!(sampler.row(gone.pid), None);
    assert!(sampler.is_empty());
}

#[test]
fn another_process_with_the_same_pid_is_another_process() {
    let last_pid = "/proc/sys/kernel/ns_last_pid";
    if !present(&["sleep"]) {
        return;
    }
    let mut host = Host::new().unwrap();
    let mut sampler = Sampler::new().unwrap();
    let mut first = Held::start(Command::new("sleep").arg("1000"));
    wait_for_state(first.pid, 'S', &mut host);
    let (pid, before) = (first.pid, sampler.row(first.pid).unwrap());
    first.signal(Signal::SIGKILL);
    first.child.wait().unwrap();
    // The next process gets the number after this one, unless somebody else is quicker.
    let again = (0..100).find_map(|_| {
        std::fs::write(last_pid, (pid - 1).to_string()).ok()?;
        let next = Held::start(Command::new("sleep").arg("2000"));
        (next.pid == pid).then_some(next)
    });
    if again.is_none() {
        println!("skipped: no PID can be chosen here");
        return;
    }
    let update = sampler.sample();
    assert_eq!(
        (update.rows, update.gone),
        (vec![], vec![pid]),
        "the new one was not added"
    );

    // The same, with the number added before the old one was missed.
    let mut sampler = Sampler::new().unwrap();
    wait_for_state(pid, 'S', &mut host);
    sampler.add(pid);
    let known = sampler.sample().rows.remove(0);
    assert_eq!(
        (before.command.as_str(), known.command.as_str()),
        ("sleep 1000", "sleep 2000")
    );
    drop(again);
    let again = (0..100).find_map(|_| {
        std::fs::write(last_pid, (pid - 1).to_string()).ok()?;
        let next = Held::start(Command::new("sleep").arg("3000"));
        (next.pid == pid).then_some(next)
    });
    let _again = again.expect("a PID could be chosen a moment ago");
    wait_for_state(pid, 'S', &mut host);
    sampler.add(pid);
    let update = sampler.sample();
    assert_eq!(update.gone, [pid]);
    assert_eq!(update.rows[0].command, "sleep 3000");
}

#[test]
fn the_thread_sends_changes_and_stops_at_once() {
    if !present(&["sleep"]) {
        return;
    }
    let (mut thread, updates) = SamplerThread::start().unwrap();
    let mut sleeper = Held::start(Command::new("sleep").arg("1000"));
    let stopped = Held::start(Command::new("sleep").arg("1000"));
    let first = thread.row(stopped.pid).unwrap();
    assert_eq!(first.pid, stopped.pid);
    stopped.signal(Signal::SIGSTOP);
    thread.add(sleeper.pid);

    let mut rows = HashMap::new();
    let mut gone = Vec::new();
    let deadline = Instant::now() + DEADLINE;
    let is = |rows: &HashMap<i32, PsRow>, pid, state| {
        rows.get(&pid)
            .is_some_and(|row| row.stat.starts_with(state))
    };
    while !(is(&rows, sleeper.pid, 'S') && is(&rows, stopped.pid, 'T')) {
        let update = updates.recv_deadline(deadline).unwrap();
        assert_ne!(update, PsUpdate::default());
        rows.extend(update.rows.into_iter().map(|row| (row.pid, row)));
    }
    thread.remove(stopped.pid);
    sleeper.signal(Signal::SIGKILL);
    sleeper.child.wait().unwrap();
    while gone.is_empty() {
        gone = updates.recv_deadline(deadline).unwrap().gone;
    }
    assert_eq!(gone, [sleeper.pid]);

    // Nobody reads any more; adding and stopping go on all the same.
    let busy = Held::start(Command::new("sh").args(["-c", "while :; do :; done"]));
    thread.add(busy.pid);
    while !updates.is_full() {
        assert!(Instant::now() < deadline);
        std::thread::yield_now();
    }
    let begun = Instant::now();
    for _ in 0..10_000 {
        thread.add(stopped.pid);
        thread.remove(stopped.pid);
    }
    drop(thread);
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    let sent = updates.iter().count();
    assert!(sent < 10, "{sent} updates were sent that nobody read");
}
