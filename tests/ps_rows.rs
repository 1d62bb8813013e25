//! Rows of ps compared with the real `ps`, column by column, for processes of every kind; and the
//! sampler that produces them.

#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests fail like tests
#![allow(clippy::print_stdout)] // a skipped test says so
#![allow(clippy::disallowed_methods)] // deadlines of tests are the real clock's

#[path = "ps_rows/held.rs"]
mod held;
#[path = "ps_rows/real.rs"]
mod real;
#[path = "ps_rows/sampling.rs"]
mod sampling;

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use forklore::engine::ps::{self, Host};
use nix::sys::signal::Signal;

use held::{DEADLINE, Held, present, row, wait_for_state};
use real::{assert_same, compare, real_ps, split};

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

/// Clock ticks that a process has computed and lived, read by other means than ours.
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
    assert!(after.cpu > 10, "{after:?}");
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
    // A user ID without a name, and the longest names on this machine.
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
    // Overwrites its own arguments, as setproctitle does; the second leaves no NUL at their end.
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
