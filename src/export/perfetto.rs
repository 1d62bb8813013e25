//! Trace Event JSON, as the Perfetto UI and chrome://tracing open it.
//!
//! A track a process, slices for its life, its operations, its waits and its tasks, arrows for what
//! let what go on, instants for output, markers and faults. Format: "Trace Event Format" (Google,
//! 2016), the object form. Times are microseconds with the nanoseconds behind the point.
//!
//! An arrow is drawn from the slice that begins earlier to the one that begins later, whatever was
//! meant. An operation that waits began before what lets it go on: its last stretch, from then to its
//! end, is a slice of its own, and the arrow ends there.

mod page;
mod tracks;
mod waits;
mod words;

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::json;

use self::page::{Page, Span, Track};
use self::tracks::Tracks;
use self::waits::Waits;
use self::words::{about, subject, waits_for};
use super::flows::{End, Flows, Source};
use super::{Export, Setting};
use crate::model::World;
use crate::text::clean;
use crate::trace::{Event, Exit, Kind, Op, OpName};

/// Tasks that have begun and not ended, over all processes: more are not drawn.
const OPEN: usize = 100_000;

/// A trace being written.
#[derive(Debug)]
pub(super) struct Perfetto {
    page: Page,
    tracks: Tracks,
    waits: Waits,
    /// Tasks that are being run, by pool, number and worker: where, and since when.
    tasks: HashMap<(String, u64, u32), (Track, i64)>,
    flows: Flows,
}

impl Perfetto {
    pub(super) fn begin(setting: &Setting<'_>, output: &mut dyn Write) -> io::Result<Perfetto> {
        let header = setting.header;
        let about = json!({
            "lesson": clean(&header.lesson),
            "engine": clean(&header.engine.to_string()),
            "kernel": clean(&header.kernel),
            "cpus": header.cpus,
            "version": clean(&header.version),
        });
        write!(
            output,
            "{{\"displayTimeUnit\":\"ns\",\"otherData\":{about},\"traceEvents\":["
        )?;
        Ok(Perfetto {
            page: Page::default(),
            tracks: Tracks::default(),
            waits: Waits::default(),
            tasks: HashMap::new(),
            flows: Flows::default(),
        })
    }

    fn track(&mut self, event: &Event, world: &World, out: &mut dyn Write) -> io::Result<Track> {
        self.tracks.of(event, world, &mut self.page, out)
    }

    /// A finished operation: its slice, the wait in it, its task, its arrow.
    fn op(&mut self, event: &Event, op: &Op, world: &World, out: &mut dyn Write) -> io::Result<()> {
        let track = self.track(event, world, out)?;
        let proc = event.proc.unwrap_or(u32::MAX);
        let to = event.t;
        let waited = self.waits.end((proc, event.tid), op);
        let from = op.t0.or(waited).unwrap_or(to).min(to);
        let subject = subject(op.object.as_deref(), op.args.child.as_deref(), world);
        let name = format!("{} {subject}", op.op);
        let before = self.page.end_of(track);
        let named = (name.trim_end(), "op");
        let span = self
            .page
            .slice(out, track, (from, to), named, &about(event, op))?;
        let other = op
            .object
            .as_deref()
            .and_then(|id| world.object(id)?.of.as_deref());
        let arrow = self.flows.of(proc, op, other, span);
        let since = waited.map(|since| since.clamp(span.0, span.1));
        let mut until = span.1;
        match arrow {
            Some((name, End::Out(id))) => self.page.flow(out, track, span.0, ("s", name, id))?,
            // It began when there was already what it takes.
            Some((name, End::In(source))) if since.is_none() && source.from <= span.0 => {
                self.page.flow(out, track, span.0, ("f", name, source.id))?;
            }
            Some((name, End::In(source))) => {
                let cut = source.at.max(since.unwrap_or(span.0)).max(before);
                // Clocks may disagree about what came first: then there is no arrow.
                if cut < span.1 {
                    until = cut;
                    self.taken(track, (cut, span.1), (name, source), world, out)?;
                }
            }
            None => {}
        }
        if let Some(since) = since.filter(|since| *since < until) {
            let named = waits_for(&subject);
            let args = json!({"op": op.op.as_str()});
            self.page
                .within(out, track, (since, until), (&named, "wait"), &args)?;
        }
        self.task(track, event, op, out)
    }

    /// The last stretch of an operation: it goes on with what another process let it have.
    fn taken(
        &mut self,
        track: Track,
        span: Span,
        (arrow, source): (&str, Source),
        world: &World,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let giver = world.process(source.proc);
        let giver = giver.map_or_else(String::new, |process| clean(&process.name).into_owned());
        let name = format!("from {giver}");
        let args = json!({ "what": arrow });
        self.page
            .within(out, track, span, (name.trim_end(), "taken"), &args)?;
        self.page.flow(out, track, span.0, ("f", arrow, source.id))
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
                let since = event.t.max(self.page.end_of(track));
                self.tasks.insert(key, (track, since));
            }
            OpName::TaskEnd => {
                if let Some((_, from)) = self.tasks.remove(&key) {
                    let to = event.t.max(self.page.end_of(track));
                    return self.task_slice(&key, (track, (from, to)), false, out);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn task_slice(
        &mut self,
        (pool, task, proc): &(String, u64, u32),
        (track, span): (Track, Span),
        unfinished: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = format!("task {task}");
        let mut args = json!({"pool": clean(pool)});
        if unfinished {
            args["unfinished"] = json!(true);
        }
        let span = self.page.slice(out, track, span, (&name, "task"), &args)?;
        match self.flows.through(*proc, pool, *task, span) {
            Some(id) => self.page.flow(out, track, span.0, ("t", "task", id)),
            None => Ok(()),
        }
    }

    /// Slices of what had not ended when the recording did.
    fn unfinished(&mut self, world: &World, out: &mut dyn Write) -> io::Result<()> {
        let until = |proc| {
            let process = world.process(proc);
            let ended = process.and_then(|process| process.track.ended);
            ended.unwrap_or(world.now())
        };
        for ((proc, tid), waits) in self.waits.rest() {
            let Some(track) = self.tracks.known(proc, tid) else {
                continue;
            };
            let mut around: Option<Span> = None;
            for wait in waits {
                let subject = subject(wait.object.as_deref(), wait.child.as_deref(), world);
                let name = waits_for(&subject);
                let args = json!({"op": wait.op.as_str(), "gated": wait.gated, "unfinished": true});
                let named = (name.as_str(), "wait");
                around = Some(if let Some((from, to)) = around {
                    let span = (wait.since.clamp(from, to), to);
                    self.page.within(out, track, span, named, &args)?;
                    span
                } else {
                    let span = (wait.since, until(proc));
                    self.page.slice(out, track, span, named, &args)?
                });
            }
        }
        let mut tasks: Vec<_> = std::mem::take(&mut self.tasks).into_iter().collect();
        tasks.sort_by(|one, other| one.0.cmp(&other.0));
        for (key, (track, from)) in tasks {
            let to = until(key.2).max(self.page.end_of(track));
            self.task_slice(&key, (track, (from, to)), true, out)?;
        }
        Ok(())
    }

    /// The slice of each process's life, around all others of its first thread.
    fn lives(&mut self, world: &World, out: &mut dyn Write) -> io::Result<()> {
        for process in world.processes() {
            let Some(track) = self.tracks.known(process.proc, None) else {
                continue;
            };
            let args = json!({"exitcode": process.exit().and_then(Exit::exitcode)});
            let (mut from, mut to) = (
                process.started.max(0),
                process.track.ended.unwrap_or(world.now()),
            );
            if let Some((first, last)) = self.page.reach(track.pid) {
                // Of two that begin together the importer takes the first in the file as the outer one.
                (from, to) = (from.min(first.saturating_sub(1)), to.max(last));
            }
            let name = clean(&process.name);
            let span = (from, to.max(from.saturating_add(1)));
            self.page
                .within(out, track, span, (&name, "process"), &args)?;
        }
        Ok(())
    }

    /// What belongs to no process.
    fn mark(&mut self, t: i64, named: (&str, &str), out: &mut dyn Write) -> io::Result<()> {
        let nobody = self.tracks.nobody(&mut self.page, out)?;
        self.page.instant(out, nobody, t, named)
    }
}

impl Export for Perfetto {
    fn event(&mut self, event: &Event, world: &World, out: &mut dyn Write) -> io::Result<()> {
        match &event.kind {
            Kind::ProcessStart(_) | Kind::ProcessExec { .. } => {
                self.track(event, world, out).map(|_| ())
            }
            Kind::OpWait(op) | Kind::OpBegin(op) => {
                let thread = (event.proc.unwrap_or(u32::MAX), event.tid);
                let gated = matches!(event.kind, Kind::OpBegin(_));
                self.waits.begin(thread, op, event.t, gated);
                self.track(event, world, out).map(|_| ())
            }
            Kind::Op(op) | Kind::OpEnd(op) => self.op(event, op, world, out),
            Kind::Output(output) => {
                let track = self.track(event, world, out)?;
                let text = String::from_utf8_lossy(&output.data);
                let text = clean(text.trim_end_matches('\n'));
                let stream = output.stream.as_str();
                self.page.instant(out, track, event.t, (&text, stream))
            }
            Kind::Marker { text, .. } => self.mark(event.t, (&clean(text), "marker"), out),
            Kind::Fault(fault) => {
                let text = format!("{}: {}", fault.fault, clean(&fault.detail));
                self.mark(event.t, (&text, "fault"), out)
            }
            Kind::End(end) => self.mark(event.t, (end.status.as_str(), "end"), out),
            Kind::ProcessExit(_)
            | Kind::ProcessReaped { .. }
            | Kind::Line { .. }
            | Kind::Ps(_)
            | Kind::Look(_)
            | Kind::Gate
            | Kind::Unknown { .. } => Ok(()),
        }
    }

    fn end(&mut self, world: &World, out: &mut dyn Write) -> io::Result<()> {
        self.unfinished(world, out)?;
        self.lives(world, out)?;
        out.write_all(b"\n]}\n")?;
        out.flush()
    }
}
