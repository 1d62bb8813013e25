//! `Run`: one side of a comparison, cut into what each process did.
//!
//! Built event by event from a recording and the World it makes. It keeps a bounded number of steps
//! and of bytes of each text; what goes beyond is counted and not compared.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Body, World};
use crate::trace::{BUFFERED, Event, Kind, Op};

/// Steps and processes kept of a run.
const STEPS: usize = 2_000_000;
const PROCESSES: usize = 65_536;
/// Bytes of a text that are compared, and bytes kept of any: PIDs become names, which are longer.
const TEXT: usize = 200;
const KEPT: usize = 1024;

/// One step of a process.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Number of its event.
    pub seq: u64,
    /// Nanoseconds since the run began.
    pub t: i64,
    /// The operation's word; `output` for a line, `exit` for the end.
    pub what: Arc<str>,
    /// The object, as the program calls it where it has a name.
    pub object: Arc<str>,
    /// `program.rs:12`.
    pub at: Arc<str>,
    /// Value, result, error or text, PIDs of the run replaced by names.
    pub outcome: Arc<str>,
}

impl Step {
    /// The same operation at the same place.
    pub fn is_at(&self, other: &Step) -> bool {
        self.what == other.what && self.object == other.object && self.at == other.at
    }

    /// … with the same outcome.
    pub fn is_like(&self, other: &Step) -> bool {
        self.is_at(other) && self.outcome == other.outcome
    }
}

/// A run in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Nanoseconds.
    pub time: i64,
    pub events: u64,
    pub processes: usize,
    pub lines: u64,
    /// Most workers of one pool that were busy at once.
    pub most_busy: u64,
    /// Steps that were not compared because there were too many.
    pub left_out: u64,
}

/// One side of a comparison.
#[derive(Debug, Default)]
pub struct Run {
    names: Vec<Arc<str>>,
    /// Steps by process, in the order of `names`.
    steps: Vec<Vec<Step>>,
    /// Place of a birth number in `names`.
    places: HashMap<u32, usize>,
    /// Names that several processes have, and the last count given behind one.
    given: HashMap<Arc<str>, usize>,
    /// Place of a name in `names`.
    by_name: HashMap<Arc<str>, usize>,
    order: Vec<u32>,
    words: HashMap<String, Arc<str>>,
    pids: HashMap<i32, Arc<str>>,
    totals: Totals,
    /// Of each line of `program.rs` the one of `program.py` that is named in its place.
    python: Vec<Option<usize>>,
}

impl Run {
    /// A run whose Rust twin's lines are told as the lines of program.py they stand for, which is the
    /// program the learner reads.
    pub fn in_python(python: Vec<Option<usize>>) -> Run {
        Run {
            python,
            ..Run::default()
        }
    }

    /// Takes an event; `world` has folded it.
    pub fn push(&mut self, event: &Event, world: &World) {
        self.totals.time = world.now();
        self.totals.events = world.folded();
        let Some(proc) = event.proc else { return };
        match &event.kind {
            // The World's word, not the event's: one that said who it is keeps that name.
            Kind::ProcessStart(_) | Kind::ProcessExec { .. } => {
                let name = world.process(proc).map_or("", |process| &process.name);
                self.rename(proc, event.pid, name);
            }
            // Text that is not written yet: the output will be a step.
            Kind::Op(op) | Kind::OpEnd(op) if op.args.key.as_deref() == Some(BUFFERED) => {}
            Kind::Op(op) | Kind::OpEnd(op) => {
                let object = match op.object.as_deref() {
                    Some(id) => self.plain(world.object(id).map_or(id, |object| object.label())),
                    None => Arc::default(),
                };
                let outcome = self.outcome(op);
                let at = self.at(op.at.as_deref());
                let what = self.word(op.op.as_str());
                self.add(event, proc, [what, object, at, outcome]);
            }
            Kind::Output(output) => {
                let text = String::from_utf8_lossy(&output.data);
                let text = self.plain(text.trim_end_matches('\n'));
                let at = self.at(output.at.as_deref());
                let what = self.word("output");
                let stream = self.word(output.stream.as_str());
                self.add(event, proc, [what, stream, at, text]);
            }
            Kind::ProcessExit(exit) => {
                let how = match exit.exitcode() {
                    Some(code) => code.to_string(),
                    None => "?".to_owned(),
                };
                let (what, how) = (self.word("exit"), self.word(&how));
                self.add(event, proc, [what, Arc::default(), Arc::default(), how]);
            }
            _ => {}
        }
    }

    /// The run is over, or as far as it can be read.
    pub fn end(&mut self, world: &World) {
        self.totals.processes = world.process_count();
        self.totals.lines = world.log().end();
        let busiest = world.objects().filter_map(|object| match &object.body {
            Body::Pool(pool) => Some(pool.most_busy),
            _ => None,
        });
        self.totals.most_busy = busiest.max().unwrap_or(0);
    }

    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Names of processes, in the order of their birth.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// What the process of this name did.
    pub fn steps(&self, name: &str) -> Option<&[Step]> {
        let place = self.by_name.get(name)?;
        self.steps.get(*place).map(Vec::as_slice)
    }

    /// Every step with its process, in the order of the log.
    pub fn in_order(&self) -> impl Iterator<Item = (&str, &Step)> {
        let mut next = vec![0_usize; self.steps.len()];
        self.order.iter().filter_map(move |place| {
            let place = *place as usize;
            let next = next.get_mut(place)?;
            let step = self.steps.get(place)?.get(*next)?;
            *next += 1;
            Some((&**self.names.get(place)?, step))
        })
    }

    /// The place of a process; `None` where there are too many.
    fn place(&mut self, proc: u32, pid: i32) -> Option<usize> {
        if let Some(place) = self.places.get(&proc) {
            return Some(*place);
        }
        if self.names.len() >= PROCESSES {
            return None;
        }
        let place = self.names.len();
        let name = self.free_name("");
        self.pids.insert(pid, Arc::clone(&name));
        self.by_name.insert(Arc::clone(&name), place);
        self.names.push(name);
        self.steps.push(Vec::new());
        self.places.insert(proc, place);
        Some(place)
    }

    /// A process says who it is, or has become another program.
    fn rename(&mut self, proc: u32, pid: i32, name: &str) {
        let Some(place) = self.place(proc, pid) else {
            return;
        };
        let Some(known) = self.names.get(place).map(Arc::clone) else {
            return;
        };
        if plain_name(&known) == name {
            return;
        }
        self.by_name.remove(&known);
        let fresh = self.free_name(name);
        self.by_name.insert(Arc::clone(&fresh), place);
        self.pids.insert(pid, Arc::clone(&fresh));
        self.names[place] = fresh;
    }

    /// The name; one that a process has already gets its count behind it.
    fn free_name(&mut self, name: &str) -> Arc<str> {
        let name = self.word(if name.is_empty() { "?" } else { name });
        let count = self.given.entry(Arc::clone(&name)).or_insert(1);
        let mut free = Arc::clone(&name);
        while self.by_name.contains_key(&free) {
            *count += 1;
            free = Arc::from(format!("{name} ({count})"));
        }
        free
    }

    fn add(&mut self, event: &Event, proc: u32, words: [Arc<str>; 4]) {
        let room = self.order.len() < STEPS;
        let Some(place) = self.place(proc, event.pid).filter(|_| room) else {
            self.totals.left_out += 1;
            return;
        };
        let [what, object, at, outcome] = words;
        let step = Step {
            seq: event.seq,
            t: event.t,
            what,
            object,
            at,
            outcome,
        };
        if let (Some(steps), Ok(number)) = (self.steps.get_mut(place), u32::try_from(place)) {
            steps.push(step);
            self.order.push(number);
        }
    }

    fn outcome(&mut self, op: &Op) -> Arc<str> {
        let texts = [
            op.args.func.as_deref(),
            op.args.child.as_deref(),
            op.args.key.as_deref(),
            op.args.value.as_deref(),
            op.result.as_deref(),
            op.error.as_deref(),
        ];
        let mut words: Vec<String> = Vec::new();
        words.extend(op.args.index.map(|index| format!("[{index}]")));
        words.extend(op.args.task.map(|task| format!("#{task}")));
        words.extend(texts.into_iter().flatten().map(str::to_owned));
        self.plain(&words.join(" "))
    }

    /// A place in the program.
    fn at(&mut self, at: Option<&str>) -> Arc<str> {
        let at = at.unwrap_or_default();
        let line = at.strip_prefix("program.rs:");
        let line = line.and_then(|line| line.parse::<usize>().ok()?.checked_sub(1));
        match line.and_then(|line| *self.python.get(line)?) {
            Some(line) => self.word(&format!("program.py:{line}")),
            None => self.word(at),
        }
    }

    /// A text without PIDs of this run, cut, kept once.
    fn plain(&mut self, text: &str) -> Arc<str> {
        let text = &text[..text.floor_char_boundary(TEXT)];
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return self.word(text);
        }
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(from) = rest.find(|c: char| c.is_ascii_digit()) {
            let digits = rest[from..]
                .find(|c: char| !c.is_ascii_digit())
                .map_or(rest.len(), |len| from + len);
            plain.push_str(&rest[..from]);
            let number = &rest[from..digits];
            match number.parse().ok().and_then(|pid| self.pids.get(&pid)) {
                Some(name) => {
                    plain.push('<');
                    plain.push_str(name);
                    plain.push('>');
                }
                None => plain.push_str(number),
            }
            rest = &rest[digits..];
        }
        plain.push_str(rest);
        self.word(&plain)
    }

    fn word(&mut self, word: &str) -> Arc<str> {
        let word = &word[..word.floor_char_boundary(KEPT)];
        if let Some(known) = self.words.get(word) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(word);
        // Words that come once only would fill the table.
        if self.words.len() < 1 << 16 {
            self.words.insert(word.to_owned(), Arc::clone(&new));
        }
        new
    }
}

/// A name without the count behind it.
fn plain_name(name: &str) -> &str {
    name.rsplit_once(" (")
        .filter(|(_, count)| count.ends_with(')'))
        .map_or(name, |(name, _)| name)
}
