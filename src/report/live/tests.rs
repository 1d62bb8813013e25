//! Runs made of events, and what is told of them.

use super::{Live, Rows, Style};
use crate::model::World;
use crate::text::{Depth, Lang, Paint};
use crate::trace::{
    Args, Event, Exit, Fault, FaultKind, Kind, Op, OpName, Output, ProcessStart, PsRow, PsUpdate,
    Role, RunEnd, RunStatus, StartMethod, Stream,
};

fn style(lang: Lang) -> Style {
    Style {
        lang,
        paint: Paint::default(),
        columns: None,
        pid_width: 5,
    }
}

/// Events of a run, numbered as they are added; process `n` has PID `100 + n`.
#[derive(Default)]
struct Log(Vec<Event>);

impl Log {
    fn add(&mut self, proc: Option<u32>, kind: Kind) {
        let seq = self.0.len() as u64 + 1;
        self.0.push(Event {
            seq,
            t: i64::try_from(seq).unwrap() * 1_000_000,
            proc,
            pid: proc.map_or(0, pid),
            tid: None,
            kind,
        });
    }

    fn start(&mut self, proc: u32, name: &str) {
        let start = ProcessStart {
            ppid: 1,
            name: name.to_owned(),
            role: Role::Process,
            daemon: false,
            method: StartMethod::Fork,
        };
        self.add(Some(proc), Kind::ProcessStart(start));
    }

    fn op(&mut self, proc: u32, op: OpName, object: &str, waits: bool) {
        let op = Op {
            op,
            object: Some(object.to_owned()),
            args: Args {
                class: (op == OpName::Create).then(|| "Lock".to_owned()),
                name: (op == OpName::Create).then(|| "lock".to_owned()),
                ..Args::default()
            },
            ..Op::default()
        };
        let op = Box::new(op);
        let kind = if waits {
            Kind::OpWait(op)
        } else {
            Kind::Op(op)
        };
        self.add(Some(proc), kind);
    }

    fn print(&mut self, proc: u32, stream: Stream, data: &[u8]) {
        let output = Output {
            stream,
            data: data.to_vec(),
            at: None,
            left_out: None,
        };
        self.add(Some(proc), Kind::Output(output));
    }

    fn ps(&mut self, rows: &[(u32, &str)], gone: &[u32]) {
        let rows = rows.iter().map(|(proc, command)| PsRow {
            pid: pid(*proc),
            user: "root".to_owned(),
            stat: "S".to_owned(),
            start: "08:36".to_owned(),
            time: "0:00".to_owned(),
            tty: "?".to_owned(),
            command: (*command).to_owned(),
            ..PsRow::default()
        });
        let update = PsUpdate {
            rows: rows.collect(),
            gone: gone.iter().copied().map(pid).collect(),
        };
        self.add(None, Kind::Ps(update));
    }

    fn exit(&mut self, proc: u32, exit: Exit) {
        self.add(Some(proc), Kind::ProcessExit(exit));
    }

    fn end(&mut self, status: RunStatus, ended: &[i32]) {
        let end = RunEnd {
            status,
            detail: None,
            ended: ended.to_vec(),
        };
        self.add(None, Kind::End(end));
    }

    /// What is told while it happens, and what afterwards.
    fn told(&self, style: Style, rows: Rows) -> (String, String) {
        self.told_by(Live::new(style, rows))
    }

    /// The same of a program of one's own.
    fn told_of_program(&self) -> (String, String) {
        self.told_by(Live::new(style(Lang::En), Rows::default()).of_program())
    }

    fn told_by(&self, mut live: Live) -> (String, String) {
        let mut world = World::new();
        let (mut page, mut rest) = (String::new(), String::new());
        for event in &self.0 {
            world.apply(event);
            live.after(event, &world, &mut page);
        }
        live.rest(&world, &mut rest);
        (page, rest)
    }
}

fn pid(proc: u32) -> i32 {
    100 + i32::try_from(proc).unwrap()
}

#[test]
fn lines_have_time_pid_name_and_can_do_no_harm() {
    let mut log = Log::default();
    log.start(0, "MainProcess");
    log.start(1, "第一个\u{1b}[31m进程");
    log.print(0, Stream::Stdout, "第1个进程 ---------> 101\n".as_bytes());
    log.print(1, Stream::Stderr, b"\x1b]0;owned\x07bad \xff\r\n");
    log.print(1, Stream::Stdout, &[b'x'; 3000]);
    log.exit(1, Exit::Code(0));
    let fault = Fault {
        fault: FaultKind::OutputHeld,
        detail: "much\u{1b}[2J".to_owned(),
    };
    log.add(None, Kind::Fault(fault));
    let (page, _) = log.told(style(Lang::En), Rows::default());
    let lines: Vec<&str> = page.lines().collect();
    assert_eq!(
        lines[0],
        "   0.003   100 MainProcess      第1个进程 ---------> 101"
    );
    assert_eq!(
        lines[1],
        "   0.004   101 第一个进程       stderr: bad \u{fffd}"
    );
    assert!(
        lines[2].ends_with("xx… (1000 bytes left out)"),
        "{}",
        lines[2]
    );
    assert_eq!(lines[3], "! output held back: much");
    assert_eq!(lines.len(), 4);
}

#[test]
fn rows_come_at_the_start_at_the_fullest_moment_and_at_the_end() {
    let mut log = Log::default();
    log.start(0, "MainProcess");
    log.ps(&[(0, "pool-async: MainProcess")], &[]);
    log.start(1, "ForkPoolWorker-1");
    log.start(2, "ForkPoolWorker-2");
    log.ps(&[(2, "pool-async: 第二\u{1b}[31m")], &[]);
    log.ps(&[(1, "pool-async: ForkPoolWorker-1")], &[]);
    log.start(3, "sh");
    log.exit(1, Exit::Signal(9));
    log.ps(&[(3, "sleep 1")], &[1]);
    log.exit(0, Exit::Code(0));
    let (page, rest) = log.told(style(Lang::En), Rows::default());
    let head = "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND";
    let row = |proc, command| {
        format!("root       {proc}  0.0  0.0      0     0 ?        S    08:36   0:00 {command}\n")
    };
    let main = row(100, "pool-async: MainProcess");
    assert_eq!(
        page,
        format!("\nps aux, at the start (0.002 s)\n{head}\n{main}")
    );
    let (one, two) = (
        row(101, "pool-async: ForkPoolWorker-1"),
        row(102, "pool-async: 第二"),
    );
    let expected = format!(
        "\nps aux, at the fullest moment (0.006 s)\n{head}\n{main}{one}{two}\n\
         ps aux, the last rows of all processes, and how they ended (0.010 s)\n\
         EXIT        {head}\n\
         0           {main}-9 SIGKILL  {one}alive       {two}alive       {}",
        row(103, "sleep 1")
    );
    assert_eq!(rest, expected);
    let grep = Rows { grep: Some("pool") };
    let (_, rest) = log.told(style(Lang::Zh), grep);
    assert!(rest.contains("ps aux | grep pool，进程最多时"), "{rest}");
    assert!(!rest.contains("sleep 1"), "{rest}");
    let narrow = Style {
        columns: Some(20),
        ..style(Lang::En)
    };
    let (page, _) = log.told(narrow, Rows::default());
    assert!(
        page.lines().skip(2).all(|line| line.len() <= 20 + 2),
        "{page}"
    );
}

#[test]
fn a_run_that_hung_says_who_waited_for_what() {
    let mut log = Log::default();
    for (proc, name) in [(0, "MainProcess"), (1, "Process-1"), (2, "Process-2")] {
        log.start(proc, name);
    }
    log.op(0, OpName::Create, "Lock-1", false);
    log.op(1, OpName::Acquire, "Lock-1", false);
    log.op(1, OpName::Acquire, "Lock-1", true);
    log.op(2, OpName::Acquire, "Lock-1", true);
    log.exit(0, Exit::Code(0));
    let told = |log: &Log, lang| log.told(style(lang), Rows::default()).1;
    assert_eq!(told(&log, Lang::En), "");
    log.exit(1, Exit::Signal(15));
    log.exit(2, Exit::Signal(15));
    log.end(RunStatus::Deadlock, &[101, 102]);
    assert_eq!(
        told(&log, Lang::En),
        "\nNothing can go on:\n  \
         Process-1 (PID 101) waits for lock (Lock-1), which it holds itself\n  \
         Process-2 (PID 102) waits for lock (Lock-1), which Process-1 (PID 101) holds\n"
    );
    assert!(told(&log, Lang::Zh).contains("而持有它的正是自己"));
}

#[test]
fn a_deadlock_of_a_traced_program_is_told_in_the_users_language() {
    let mut log = Log::default();
    log.start(0, "MainProcess");
    log.op(0, OpName::Create, "Lock-1", false);
    log.op(0, OpName::Acquire, "Lock-1", false);
    log.op(0, OpName::Acquire, "Lock-1", true);
    let fault = Fault {
        fault: FaultKind::Deadlock,
        detail: "all wait and none can go on: …".to_owned(),
    };
    log.add(None, Kind::Fault(fault));
    let english = log.told(style(Lang::En), Rows::default()).0;
    let sentence = "  MainProcess (PID 100) waits for lock (Lock-1), which it holds itself\n";
    assert!(english.ends_with(sentence), "{english}");
    let chinese = log.told(style(Lang::Zh), Rows::default()).0;
    assert!(!chinese.contains("none can go on"), "{chinese}");
    assert!(chinese.contains("而持有它的正是自己"), "{chinese}");
}

#[test]
fn who_was_killed_by_somebody_else_waits_for_nothing_in_the_end() {
    let mut log = Log::default();
    for (proc, name) in [(0, "MainProcess"), (1, "Process-1"), (2, "Process-2")] {
        log.start(proc, name);
    }
    log.op(0, OpName::Create, "Lock-1", false);
    log.op(1, OpName::Acquire, "Lock-1", false);
    log.op(1, OpName::Acquire, "Lock-1", true);
    log.op(2, OpName::Acquire, "Lock-1", true);
    log.exit(0, Exit::Code(0));
    // All wait already when this is done from outside, and still wait then.
    log.exit(1, Exit::Signal(9));
    log.exit(2, Exit::Signal(15));
    log.end(RunStatus::Deadlock, &[102]);
    let (_, rest) = log.told(style(Lang::En), Rows::default());
    assert_eq!(
        rest,
        "\nNothing can go on:\n  \
         Process-2 (PID 102) waits for lock (Lock-1), which Process-1 (PID 101) held when it ended\n"
    );
}

#[test]
fn a_program_that_hung_is_told_of_after_its_last_words() {
    let mut log = Log::default();
    for (proc, name) in [(0, "MainProcess"), (1, "Process-1")] {
        log.start(proc, name);
    }
    log.op(0, OpName::Create, "Lock-1", false);
    log.op(1, OpName::Acquire, "Lock-1", false);
    log.op(0, OpName::Acquire, "Lock-1", true);
    log.op(1, OpName::Acquire, "Lock-1", true);
    let fault = Fault {
        fault: FaultKind::Deadlock,
        detail: "who waits for whom".to_owned(),
    };
    log.add(None, Kind::Fault(fault));
    log.print(1, Stream::Stderr, b"KeyboardInterrupt\n");
    log.exit(1, Exit::Code(1));
    log.exit(0, Exit::Signal(2));
    log.end(RunStatus::Finished, &[]);
    let (page, rest) = log.told_of_program();
    // Told when it is found, and again as the last word.
    assert_eq!(
        page.matches("MainProcess (PID 100) waits for").count(),
        1,
        "{page}"
    );
    assert!(page.contains("KeyboardInterrupt"), "{page}");
    assert_eq!(
        rest,
        "\nNothing can go on:\n  \
         MainProcess (PID 100) waits for lock (Lock-1), which Process-1 (PID 101) holds\n  \
         Process-1 (PID 101) waits for lock (Lock-1), which it holds itself\n"
    );
}

#[test]
fn what_many_processes_die_of_is_told_once_and_counted() {
    let mut log = Log::default();
    log.start(0, "MainProcess");
    for proc in 1..=14 {
        log.start(proc, &format!("SpawnPoolWorker-{proc}"));
        let name = format!("Process SpawnPoolWorker-{proc}, {}:\n", pid(proc));
        log.print(proc, Stream::Stderr, name.as_bytes());
        log.print(proc, Stream::Stderr, b"RuntimeError: no guard\n");
        // One says a word more, one ends well: they are shown.
        if proc == 3 {
            log.print(proc, Stream::Stderr, b"its own\n");
        }
        log.exit(proc, Exit::Code(i32::from(proc != 4)));
        let fault = Fault {
            fault: FaultKind::StartFailed,
            detail: format!("Process-{proc}: OSError: too many"),
        };
        log.add(Some(0), Kind::Fault(fault));
    }
    let (page, rest) = log.told_of_program();
    assert_eq!(page.matches("no guard").count(), 3, "{page}");
    assert_eq!(page.matches("too many").count(), 1, "{page}");
    assert!(page.contains("its own"), "{page}");
    let same = |processes: u32| {
        format!(
            "  … the same 2 lines on stderr from {processes} more processes that ended with an error\n"
        )
    };
    assert!(page.contains(&same(10)), "{page}");
    assert!(rest.starts_with(&same(11)), "{rest}");
    let why = "  … 13 more processes were not started: OSError: too many\n";
    assert!(rest.contains(why), "{rest}");
    // A lesson's run is told line by line.
    let (page, _) = log.told(style(Lang::En), Rows::default());
    assert_eq!(page.matches("no guard").count(), 14, "{page}");
}

#[test]
fn what_led_to_the_program_is_one_line_and_no_fullest_moment() {
    let mut log = Log::default();
    log.start(0, "python3");
    log.ps(&[(0, "bash shim python3 a.py")], &[]);
    for proc in 1..=3 {
        let start = ProcessStart {
            ppid: 100,
            name: ["bash", "basename", "readlink"][proc as usize - 1].to_owned(),
            role: Role::Foreign,
            daemon: false,
            method: StartMethod::Fork,
        };
        log.add(Some(proc), Kind::ProcessStart(start));
        log.ps(&[(proc, "helper")], &[]);
    }
    log.print(2, Stream::Stdout, b"a word\n");
    for proc in 1..=3 {
        log.exit(proc, Exit::Code(0));
    }
    log.ps(&[], &[101, 102, 103]);
    let exec = Kind::ProcessExec {
        name: "python3".to_owned(),
        command: "python3 a.py".to_owned(),
    };
    log.add(Some(0), exec);
    log.ps(&[(0, "python3 a.py")], &[]);
    log.start(4, "Process-1");
    log.ps(&[(4, "python3 a.py")], &[]);
    log.exit(4, Exit::Code(0));
    log.exit(0, Exit::Code(0));
    let (_, rest) = log.told_of_program();
    let (fullest, last) = rest.split_once("\n\n").expect("two tables");
    assert_eq!(fullest.matches("python3 a.py").count(), 2, "{rest}");
    assert!(!fullest.contains("helper"), "{rest}");
    // One that printed something did more than lead to it.
    assert_eq!(last.matches("helper").count(), 1, "{rest}");
    let led = "  2 processes ended before the program began: bash, readlink\n";
    assert!(last.ends_with(led), "{rest}");
}

#[test]
fn a_process_has_one_colour_in_lines_and_rows() {
    let mut log = Log::default();
    log.start(0, "MainProcess");
    log.ps(&[(0, "main")], &[]);
    log.print(0, Stream::Stdout, b"hello\n");
    let colour = Style {
        paint: Paint::new(Depth::Sixteen),
        ..style(Lang::En)
    };
    let (page, rest) = log.told(colour, Rows::default());
    let own = "\u{1b}[34m";
    assert_eq!(page.matches(own).count(), 2, "{page:?}");
    assert_eq!(rest.matches(own).count(), 2, "{rest:?}");
}
