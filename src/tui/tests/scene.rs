//! Scenes: runs written down as events, and the `App` that shows them.

use std::any::Any;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::feed::{Abilities, Control, ControlError, Feed, FeedItem};
use crate::lesson::Library;
use crate::text::Lang;
use crate::trace::{
    Args, BUFFERED, Event, Exit, Header, Kind, Op, OpName, Output, ProcessStart, PsRow, PsUpdate,
    Reaped, Role, RunEnd, RunStatus, StartMethod, Stream,
};
use crate::tui::app::{App, Start};
use crate::tui::effect::Effect;
use crate::tui::host::{Recorded, Started};
use crate::tui::keymap;
use crate::tui::popup::Popup;
use crate::tui::progress::Progress;
use crate::tui::run::RunView;
use crate::tui::update::update;
use crate::tui::view::view;

thread_local! {
    static LIBRARY: Rc<Library> = Rc::new(Library::embedded().expect("the lessons are whole"));
}

/// A feed that gives what was written, then rests or ends.
struct Script {
    batches: VecDeque<Vec<Event>>,
    ends: bool,
}

impl Feed for Script {
    fn poll(&mut self, _: Instant) -> FeedItem {
        match self.batches.pop_front() {
            Some(events) => FeedItem::Events(events.into_iter().collect()),
            None if self.ends => FeedItem::End,
            None => FeedItem::Idle,
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            live: !self.ends,
            pace: true,
            pause: true,
            step: true,
        }
    }

    fn control(&mut self, _: Control) -> Result<(), ControlError> {
        Ok(())
    }
}

/// Events counted up, a millisecond apart.
#[derive(Default)]
pub(super) struct Scene {
    events: Vec<Event>,
    /// Milliseconds in which nothing happened.
    rested: i64,
}

impl Scene {
    pub(super) fn push(&mut self, proc: Option<u32>, kind: Kind) {
        let seq = self.events.len() as u64 + 1;
        self.events.push(Event {
            seq,
            t: (i64::try_from(seq).expect("small") + self.rested) * 1_000_000,
            proc,
            pid: proc.map_or(0, |proc| 100 + i32::try_from(proc).expect("small")),
            tid: None,
            kind,
        });
    }

    pub(super) fn start(&mut self, proc: u32, name: &str, role: Role) {
        let start = ProcessStart {
            ppid: if proc == 0 { 1 } else { 100 },
            name: name.to_owned(),
            role,
            daemon: false,
            method: StartMethod::Fork,
        };
        self.push(Some(proc), Kind::ProcessStart(start));
    }

    pub(super) fn op(&mut self, proc: u32, op: OpName, object: &str, args: Args) {
        self.push(Some(proc), Kind::Op(Box::new(one(op, object, args))));
    }

    pub(super) fn wait(&mut self, proc: u32, op: OpName, object: &str) {
        let op = one(op, object, Args::default());
        self.push(Some(proc), Kind::OpWait(Box::new(op)));
    }

    pub(super) fn print(&mut self, proc: u32, text: &str) {
        let output = Output {
            stream: Stream::Stdout,
            data: text.as_bytes().to_vec(),
            at: None,
            left_out: None,
        };
        self.push(Some(proc), Kind::Output(output));
    }

    pub(super) fn ps(&mut self, procs: std::ops::Range<u32>) {
        let rows = procs
            .map(|proc| PsRow {
                pid: 100 + i32::try_from(proc).expect("small"),
                ppid: 1,
                user: "learner".to_owned(),
                cpu: 12,
                mem: 3,
                vsz: 12_345,
                rss: 6_789,
                tty: "pts/0".to_owned(),
                stat: "S+".to_owned(),
                start: "12:34".to_owned(),
                time: "0:00".to_owned(),
                command: format!("lock: Process-{proc}"),
            })
            .collect();
        let update = PsUpdate {
            rows,
            gone: Vec::new(),
        };
        self.push(None, Kind::Ps(update));
    }

    pub(super) fn exit(&mut self, proc: u32, exit: Exit) {
        self.push(Some(proc), Kind::ProcessExit(exit));
        self.push(Some(proc), Kind::ProcessReaped(Reaped { by: 100, exit }));
    }

    /// Lets time pass.
    pub(super) fn rest(&mut self, milliseconds: i64) {
        self.rested += milliseconds;
    }

    /// An operation that raised.
    pub(super) fn fail(&mut self, proc: u32, op: OpName, object: &str, args: Args, error: &str) {
        let mut op = one(op, object, args);
        op.error = Some(error.to_owned());
        self.push(Some(proc), Kind::Op(Box::new(op)));
    }

    /// An operation announced at the gate.
    pub(super) fn begin(&mut self, proc: u32, op: OpName, object: &str) {
        let op = one(op, object, Args::default());
        self.push(Some(proc), Kind::OpBegin(Box::new(op)));
    }

    /// An operation that was let go is done.
    pub(super) fn finish(&mut self, proc: u32, op: OpName, object: &str) {
        let mut op = one(op, object, Args::default());
        op.result = Some("True".to_owned());
        self.push(Some(proc), Kind::OpEnd(Box::new(op)));
    }

    pub(super) fn end(&mut self) {
        self.end_as(RunStatus::Finished);
    }

    pub(super) fn end_as(&mut self, status: RunStatus) {
        let end = RunEnd {
            status,
            detail: None,
            ended: Vec::new(),
        };
        self.push(None, Kind::End(end));
    }

    pub(super) fn started(self, lesson: &str) -> Started {
        let ends = matches!(self.events.last(), Some(event) if matches!(event.kind, Kind::End(_)));
        let batches = self.events.chunks(64).map(<[Event]>::to_vec).collect();
        Started {
            feed: Box::new(Script { batches, ends }),
            header: header(lesson),
            recorded: None,
        }
    }
}

fn one(op: OpName, object: &str, args: Args) -> Op {
    Op {
        op,
        object: (!object.is_empty()).then(|| object.to_owned()),
        at: Some("program.rs:24".to_owned()),
        args,
        ..Op::default()
    }
}

pub(super) fn header(lesson: &str) -> Header {
    Header {
        cpus: 2,
        version: String::new(),
        ..Header::of(lesson)
    }
}

/// The session on a lesson, before anything ran.
pub(super) fn app(lesson: &str, lang: Lang) -> App {
    session(Some(lesson), lang, Progress::default())
}

/// A session of a learner who has come so far.
pub(super) fn session(lesson: Option<&str>, lang: Lang, progress: Progress) -> App {
    App::new(Start {
        lesson: lesson.map(str::to_owned),
        progress,
        ..Start::new(LIBRARY.with(Rc::clone), lang)
    })
}

/// Gives the run of a scene to the session and takes all of it; where it is played back slowly, goes on
/// to its end.
pub(super) fn play(app: &mut App, scene: Scene, lesson: &str) {
    begin(app, scene, lesson);
    if app.runs.current.as_ref().is_some_and(RunView::is_playing) {
        press(app, "e");
        app.notice = None;
    }
    let clock = crate::tui::terminal::now;
    while app.take_events(clock, clock()).came {}
}

/// Gives the run of a scene to the session and takes its events.
pub(super) fn begin(app: &mut App, scene: Scene, lesson: &str) {
    let params = app.course.params.clone();
    app.begin_run(scene.started(lesson), &params);
    let clock = crate::tui::terminal::now;
    let playing = |app: &App| app.runs.current.as_ref().is_some_and(RunView::is_playing);
    while app.take_events(clock, clock()).came && !playing(app) {}
}

/// Gives the session a run that began with its gate like this, and takes its events.
pub(super) fn begin_run(app: &mut App, scene: Scene, lesson: &str, gate: &str) {
    let params = app.course.params.clone();
    let mut started = scene.started(lesson);
    gate.clone_into(&mut started.header.gate);
    started.header.seed = Some(7);
    app.begin_run(started, &params);
    let clock = crate::tui::terminal::now;
    while app.take_events(clock, clock()).came {}
}

/// Opens a scene as a recording; all of it is read.
pub(super) fn open_recording(app: &mut App, scene: Scene, lesson: &str) {
    let mut started = scene.started(lesson);
    started.recorded = Some(Recorded {
        program: None,
        head: Vec::new(),
        speed: 1.0,
    });
    let params = app.course.params.clone();
    app.begin_run(started, &params);
    let clock = crate::tui::terminal::now;
    while app.take_events(clock, clock()).came {}
}

/// A pool of two workers: one task done, one failed, two run, more wait.
pub(super) fn pool() -> Scene {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", Role::Main);
    let made = Args {
        class: Some("Pool".to_owned()),
        name: Some("pool".to_owned()),
        n: Some(2),
        ..Args::default()
    };
    scene.op(0, OpName::Create, "Pool-1", made);
    for proc in 1..=2 {
        scene.start(proc, &format!("ForkPoolWorker-{proc}"), Role::Worker);
    }
    scene.ps(0..3);
    let task = |number: u64| Args {
        task: Some(number),
        func: Some("f".to_owned()),
        value: Some(format!("({},)", 11 + number)),
        ..Args::default()
    };
    for number in 0..6 {
        scene.op(0, OpName::Submit, "Pool-1", task(number));
    }
    scene.wait(0, OpName::ResultGet, "Pool-1");
    for (number, proc) in [(0, 1), (1, 2)] {
        scene.op(proc, OpName::TaskStart, "Pool-1", task(number));
        scene.print(proc, &format!("0---------->{}\n", 11 + number));
    }
    scene.rest(20);
    scene.op(1, OpName::TaskEnd, "Pool-1", task(0));
    scene.fail(2, OpName::TaskEnd, "Pool-1", task(1), "ValueError(12)");
    for (number, proc) in [(2, 1), (3, 2)] {
        scene.op(proc, OpName::TaskStart, "Pool-1", task(number));
    }
    scene.rest(20);
    scene.print(1, "0---------->13\n");
    scene
}

/// Three processes about one lock: one holds it, one waits, one is gone.
pub(super) fn typical() -> Scene {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", Role::Main);
    let class = |class: &str, name: &str| Args {
        class: Some(class.to_owned()),
        name: Some(name.to_owned()),
        ..Args::default()
    };
    scene.op(0, OpName::Create, "RLock-1", class("RLock", "lock"));
    let cells = Args {
        typecode: Some("i".to_owned()),
        values: Some((0..4).map(|n: i32| n.to_string()).collect()),
        ..class("Array", "temp")
    };
    scene.op(0, OpName::Create, "Array-1", cells);
    for proc in 1..=3 {
        scene.start(proc, &format!("Process-{proc}"), Role::Process);
    }
    scene.ps(0..4);
    scene.op(1, OpName::Acquire, "RLock-1", Args::default());
    let write = Args {
        index: Some(0),
        value: Some("100".to_owned()),
        ..Args::default()
    };
    scene.op(1, OpName::Set, "Array-1", write.clone());
    scene.print(1, "0 100\n0 1\n");
    scene.op(1, OpName::Release, "RLock-1", Args::default());
    scene.exit(1, Exit::Code(0));
    scene.op(2, OpName::Acquire, "RLock-1", Args::default());
    scene.wait(3, OpName::Acquire, "RLock-1");
    scene.op(2, OpName::Set, "Array-1", write);
    scene.print(2, "第二个进程 1 101\n");
    scene
}

/// An object of each family that has not come in the other scenes.
pub(super) fn families() -> Scene {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", Role::Main);
    scene.start(1, "SyncManager-1", Role::Manager);
    let made = |class: &str, name: &str| Args {
        class: Some(class.to_owned()),
        name: Some(name.to_owned()),
        ..Args::default()
    };
    let of = |class: &str, name: &str, of: &str| Args {
        of: Some(of.to_owned()),
        ..made(class, name)
    };
    let parties = Args {
        n: Some(3),
        ..made("Barrier", "barrier")
    };
    let manager = made("SyncManager", "manager");
    scene.op(0, OpName::Create, "SyncManager-1", manager);
    for proc in 2..=4 {
        scene.start(proc, &format!("Process-{}", proc - 1), Role::Process);
    }
    for (id, args) in [
        ("Event-1", made("Event", "ready")),
        ("Semaphore-1", made("Semaphore", "slots")),
        ("RLock-1", made("RLock", "RLock")),
        ("Condition-1", of("Condition", "changed", "RLock-1")),
        ("Barrier-1", parties),
        ("Connection-1", of("Connection", "parent", "Connection-2")),
        ("Connection-2", of("Connection", "child", "Connection-1")),
        ("ListProxy-1", of("ListProxy", "names", "SyncManager-1")),
        ("Later-1", made("Later", "unknown")),
    ] {
        scene.op(0, OpName::Create, id, args);
    }
    scene.op(2, OpName::SetFlag, "Event-1", Args::default());
    scene.wait(2, OpName::Wait, "Barrier-1");
    scene.wait(3, OpName::Wait, "Barrier-1");
    scene.wait(4, OpName::Wait, "Condition-1");
    scene.op(0, OpName::Notify, "Condition-1", Args::default());
    let value = |value: &str| Args {
        item: Some(format!("100:{value}")),
        value: Some(format!("'{value}'")),
        ..Args::default()
    };
    for text in ["one", "two"] {
        scene.op(0, OpName::Send, "Connection-1", value(text));
        scene.op(0, OpName::ListAppend, "ListProxy-1", value(text));
    }
    scene.op(2, OpName::Recv, "Connection-2", value("one"));
    scene.op(2, OpName::Close, "Connection-1", Args::default());
    scene
}

/// Prints that are not written yet, one of them copied by a fork, one lost.
pub(super) fn unwritten() -> Scene {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", Role::Main);
    let buffered = |scene: &mut Scene, proc, text: &str| {
        let args = Args {
            key: Some(BUFFERED.to_owned()),
            value: Some(text.to_owned()),
            ..Args::default()
        };
        scene.op(proc, OpName::Print, "", args);
    };
    buffered(&mut scene, 0, "before the fork\n");
    for (proc, name) in [(1, "os.fork-1"), (2, "os.fork-2"), (3, "os.fork-3")] {
        let child = Some(name.to_owned());
        let args = Args {
            child,
            ..Args::default()
        };
        scene.op(0, OpName::OsFork, "", args);
        scene.start(proc, name, Role::Process);
    }
    scene.print(2, "before the fork\n");
    buffered(&mut scene, 0, "第 1 行\n");
    scene.exit(3, Exit::Code(0));
    scene
}

/// More of everything than a screen holds, and some of it hostile.
pub(super) fn overflow() -> Scene {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", Role::Main);
    let cells = Args {
        class: Some("Array".to_owned()),
        name: Some("temp".to_owned()),
        values: Some((0..200).map(|n: i32| n.to_string()).collect()),
        ..Args::default()
    };
    scene.op(0, OpName::Create, "Array-1", cells);
    for proc in 1..=80 {
        scene.start(
            proc,
            &format!("Process-with-a-very-long-name-{proc}"),
            Role::Process,
        );
    }
    scene.ps(0..81);
    for proc in 1..=80 {
        for line in 0..4 {
            scene.print(
                proc,
                &format!("line {line} of {proc} 一二三四五六七八九十\n"),
            );
        }
    }
    scene.print(1, "\u{1b}[31mred\u{1b}[2J\u{7}\r\n");
    scene.print(2, &format!("{}\n", "long ".repeat(1000)));
    for proc in 1..=40 {
        scene.exit(proc, Exit::Signal(9));
    }
    for proc in 41..=80 {
        scene.exit(proc, Exit::Code(0));
    }
    scene.end();
    scene
}

/// Presses keys, a character each; `\t`, `\n` and `\x1b` are Tab, Enter and Esc.
pub(super) fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let code = match c {
            '\t' => KeyCode::Tab,
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        if let Some(action) = keymap::action(app, KeyEvent::new(code, KeyModifiers::NONE)) {
            effects.extend(update(app, action, crate::tui::terminal::now()));
        }
    }
    effects
}

/// The screen as text, lines without their blank ends.
pub(super) fn picture(app: &mut App, size: (u16, u16)) -> String {
    app.panes.size = size;
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a test's terminal");
    terminal.draw(|frame| view(app, frame)).expect("drawn");
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..size.1 {
        let mut line = String::new();
        let mut x = 0;
        while x < size.0 {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(crate::text::width(symbol).max(1)).expect("narrow");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The popup that is open, where it is one of these.
pub(super) fn popup<P: Popup>(app: &App) -> Option<&P> {
    let popup: &dyn Any = app.popup.as_deref()?;
    popup.downcast_ref()
}
