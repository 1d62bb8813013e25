//! Trace Event JSON, as the Perfetto UI and chrome://tracing open it.
//!
//! A track a process, slices for its life, its operations, its waits and its tasks, arrows for what
//! let what go on, instants for output, markers and faults. Format: "Trace Event Format" (Google,
//! 2016), the object form. Times are microseconds with the nanoseconds behind the point.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::flows::{End, Flows};
use super::{Export, Setting, who};
use crate::model::World;
use crate::text::clean;
use crate::trace::{Event, Kind, Op, OpName};

/// Numbers of processes whose PID another one had before begin here: a track is one process. Beyond
/// any PID of the kernel, and within the 32 bits Perfetto reads.
const SECOND: u64 = 1 << 30;

/// Slices that have begun and not ended, over all processes: more are not drawn.
const OPEN: usize = 100_000;

/// A track: process and thread as the format counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Track {
    pid: u64,
    tid: i64,
}

/// A trace being written.
#[derive(Debug)]
pub(super) struct Perfetto {
    /// The number on a track of each process that has one.
    tracks: HashMap<u32, u64>,
    taken: HashMap<u64, u32>,
    /// Since when a thread waits.
    waits: HashMap<(u32, Option<i32>), i64>,
    /// When a task was started, by pool, number and worker.
    tasks: HashMap<(String, u64, u32), i64>,
    /// First and last time of any slice of a track: clocks of two processes may disagree about
    /// when one of them ended.
    reach: HashMap<u64, (i64, i64)>,
    flows: Flows,
    first: bool,
}

impl Perfetto {
    pub(super) fn begin(setting: &Setting<'_>, output: &mut dyn Write) -> io::Result<Perfetto> {
        let header = setting.header;
        let about = json!({
            "lesson": clean(&header.lesson),
            "engine": clean(&header.engine),
            "kernel": clean(&header.kernel),
            "cpus": header.cpus,
            "version": clean(&header.version),
        });
        write!(
            output,
            "{{\"displayTimeUnit\":\"ns\",\"otherData\":{about},\"traceEvents\":["
        )?;
        Ok(Perfetto {
            tracks: HashMap::new(),
            taken: HashMap::new(),
            waits: HashMap::new(),
            tasks: HashMap::new(),
            reach: HashMap::new(),
            flows: Flows::default(),
            first: true,
        })
    }

    fn put(&mut self, output: &mut dyn Write, value: &Value) -> io::Result<()> {
        let comma = if std::mem::take(&mut self.first) {
            ""
        } else {
            ","
        };
        write!(output, "{comma}\n{value}")
    }

    /// The track of an event, made known when it is first seen.
    fn track(&mut self, event: &Event, world: &World, out: &mut dyn Write) -> io::Result<Track> {
        let (proc, pid) = (
            event.proc.unwrap_or(u32::MAX),
            u64::from(event.pid.unsigned_abs()),
        );
        let known = self.tracks.get(&proc).copied();
        let pid = if let Some(pid) = known {
            pid
        } else {
            let free = *self.taken.entry(pid).or_insert(proc) == proc;
            let pid = if free {
                pid
            } else {
                SECOND + u64::from(proc % (1 << 30))
            };
            self.tracks.insert(proc, pid);
            pid
        };
        let renamed = matches!(event.kind, Kind::ProcessStart(_) | Kind::ProcessExec { .. });
        if known.is_none() || renamed {
            let name = who(event, world);
            let name = clean(&name);
            let order = json!({"ph":"M","pid":pid,"tid":pid,"name":"process_sort_index","args":{"sort_index":proc}});
            self.put(out, &order)?;
            for what in ["process_name", "thread_name"] {
                let named = json!({"ph":"M","pid":pid,"tid":pid,"name":what,"args":{"name":name}});
                self.put(out, &named)?;
            }
        }
        let tid = event.tid.map_or_else(|| pid.cast_signed(), i64::from);
        Ok(Track { pid, tid })
    }

    fn slice(
        &mut self,
        out: &mut dyn Write,
        track: Track,
        (from, to): (i64, i64),
        named: (&str, &str),
        args: &Value,
    ) -> io::Result<()> {
        let (name, category) = named;
        let end = from.saturating_add(to.saturating_sub(from).max(1));
        let reach = self.reach.entry(track.pid).or_insert((from, end));
        *reach = (reach.0.min(from), reach.1.max(end));
        let slice = json!({
            "ph": "X",
            "pid": track.pid,
            "tid": track.tid,
            "ts": micros(from),
            "dur": micros(to.saturating_sub(from).max(1)),
            "name": name,
            "cat": category,
            "args": args,
        });
        self.put(out, &slice)
    }

    fn instant(
        &mut self,
        out: &mut dyn Write,
        (track, t): (Track, i64),
        (name, category): (&str, &str),
        scope: &str,
    ) -> io::Result<()> {
        let instant = json!({
            "ph": "i", "s": scope, "pid": track.pid, "tid": track.tid, "ts": micros(t),
            "name": name, "cat": category,
        });
        self.put(out, &instant)
    }

    /// A finished operation: its slice, the wait in it, its task, its arrow.
    fn op(&mut self, event: &Event, op: &Op, world: &World, out: &mut dyn Write) -> io::Result<()> {
        let track = self.track(event, world, out)?;
        let proc = event.proc.unwrap_or(u32::MAX);
        let to = event.t;
        let waited = self.waits.remove(&(proc, event.tid));
        let from = op.t0.or(waited).unwrap_or(to).min(to);
        let label = op
            .object
            .as_deref()
            .and_then(|id| world.object(id))
            .map_or("", |object| object.label());
        let name = format!("{} {}", op.op, clean(label));
        let name = name.trim_end();
        self.slice(out, track, (from, to), (name, "op"), &about(event, op))?;
        if let Some(since) = waited {
            let since = since.clamp(from, to);
            let named = format!("wait for {}", if label.is_empty() { "it" } else { label });
            let args = json!({"op": op.op.as_str()});
            self.slice(out, track, (since, to), (&clean(&named), "wait"), &args)?;
        }
        self.task(track, event, op, out)?;
        // An arrow binds to the slice its time lies in: just before its end.
        let at = to.saturating_sub(1).max(from);
        let other = op
            .object
            .as_deref()
            .and_then(|id| world.object(id)?.of.as_deref());
        let Some((arrow, end)) = self.flows.of(proc, op, other) else {
            return Ok(());
        };
        let (phase, id) = match end {
            End::Out(id) => ("s", id),
            End::Through(id) => ("t", id),
            End::In(id) => ("f", id),
        };
        let mut flow = json!({
            "ph": phase, "pid": track.pid, "tid": track.tid, "ts": micros(at), "id": id,
            "name": arrow, "cat": "flow",
        });
        if phase == "f" {
            flow["bp"] = json!("e");
        }
        self.put(out, &flow)
    }

    fn task(
        &mut self,
        track: Track,
        event: &Event,
        op: &Op,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (Some(pool), Some(task), Some(proc)) = (&op.object, op.args.task, event.proc) else {
            return Ok(());
        };
        let key = (pool.clone(), task, proc);
        match op.op {
            OpName::TaskStart if self.tasks.len() < OPEN => {
                self.tasks.insert(key, event.t);
            }
            OpName::TaskEnd => {
                if let Some(from) = self.tasks.remove(&key) {
                    let name = format!("task {task}");
                    let args = json!({"pool": clean(pool)});
                    let span = (from.min(event.t), event.t.saturating_add(1));
                    self.slice(out, track, span, (&name, "task"), &args)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Slices of what had not ended when the recording did.
    fn unfinished(&mut self, world: &World, out: &mut dyn Write) -> io::Result<()> {
        let now = world.now();
        for ((proc, tid), since) in std::mem::take(&mut self.waits) {
            let Some(&pid) = self.tracks.get(&proc) else {
                continue;
            };
            let track = Track {
                pid,
                tid: tid.map_or_else(|| pid.cast_signed(), i64::from),
            };
            let until = world
                .process(proc)
                .and_then(|process| process.track.ended)
                .unwrap_or(now)
                .max(since);
            let args = json!({"unfinished": true});
            self.slice(out, track, (since, until), ("wait", "wait"), &args)?;
        }
        let lives: Vec<_> = world
            .processes()
            .filter_map(|process| {
                let pid = *self.tracks.get(&process.proc)?;
                let end = process.track.ended.unwrap_or(now);
                let exit = process.exit().and_then(crate::trace::Exit::exitcode);
                Some((pid, process.started, end, process.name.clone(), exit))
            })
            .collect();
        for (pid, from, to, name, exit) in lives {
            let track = Track {
                pid,
                tid: pid.cast_signed(),
            };
            let args = json!({"exitcode": exit});
            let (first, last) = self.reach.get(&pid).copied().unwrap_or((from, to));
            let (from, to) = (from.min(first), to.max(last));
            self.slice(out, track, (from, to), (&clean(&name), "process"), &args)?;
        }
        Ok(())
    }
}

impl Export for Perfetto {
    fn event(&mut self, event: &Event, world: &World, out: &mut dyn Write) -> io::Result<()> {
        let nobody = Track { pid: 0, tid: 0 };
        match &event.kind {
            Kind::ProcessStart(_) => self.track(event, world, out).map(|_| ()),
            Kind::OpWait(_) => {
                if self.waits.len() < OPEN {
                    let thread = (event.proc.unwrap_or(u32::MAX), event.tid);
                    self.waits.insert(thread, event.t);
                }
                self.track(event, world, out).map(|_| ())
            }
            Kind::Op(op) | Kind::OpEnd(op) => self.op(event, op, world, out),
            Kind::Output(output) => {
                let track = self.track(event, world, out)?;
                let text = String::from_utf8_lossy(&output.data);
                let text = clean(text.trim_end_matches('\n'));
                let stream = output.stream.as_str();
                self.instant(out, (track, event.t), (&text, stream), "t")
            }
            Kind::Marker { text } => {
                self.instant(out, (nobody, event.t), (&clean(text), "marker"), "g")
            }
            Kind::Fault(fault) => {
                let text = format!("{}: {}", fault.fault, clean(&fault.detail));
                self.instant(out, (nobody, event.t), (&text, "fault"), "g")
            }
            Kind::End(end) => {
                self.instant(out, (nobody, event.t), (end.status.as_str(), "end"), "g")
            }
            Kind::ProcessExec { .. } => self.track(event, world, out).map(|_| ()),
            Kind::ProcessExit(_)
            | Kind::ProcessReaped { .. }
            | Kind::OpBegin(_)
            | Kind::Line { .. }
            | Kind::Ps(_)
            | Kind::Gate
            | Kind::Unknown { .. } => Ok(()),
        }
    }

    fn end(&mut self, world: &World, out: &mut dyn Write) -> io::Result<()> {
        self.unfinished(world, out)?;
        out.write_all(b"\n]}\n")?;
        out.flush()
    }
}

/// What is said of an operation when it is clicked.
fn about(event: &Event, op: &Op) -> Value {
    let mut about = serde_json::Map::new();
    about.insert("seq".to_owned(), event.seq.into());
    let texts = [
        ("object", &op.object),
        ("at", &op.at),
        ("value", &op.args.value),
        ("key", &op.args.key),
        ("item", &op.args.item),
        ("func", &op.args.func),
        ("child", &op.args.child),
        ("result", &op.result),
        ("error", &op.error),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            about.insert(key.to_owned(), clean(text).into());
        }
    }
    if let Some(index) = op.args.index {
        about.insert("index".to_owned(), index.into());
    }
    if let Some(task) = op.args.task {
        about.insert("task".to_owned(), task.into());
    }
    Value::Object(about)
}

/// Microseconds, exact to the nanosecond for the first hundred days.
#[expect(
    clippy::cast_precision_loss,
    reason = "a double holds 2^53 ns, which is a hundred days"
)]
fn micros(ns: i64) -> f64 {
    ns as f64 / 1000.0
}
