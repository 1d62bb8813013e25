//! `why --record FILE`: what was seen, as a recording that `replay` shows.
//!
//! A look has its processes as `process.start`, and a marker for each sentence: what each thread does, and
//! what went wrong. The recording ends when the looking does, not when the program ends.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::header;
use crate::cli::recorder::Recorder;
use crate::error::Failure;
use crate::finding::{Certainty, Finding};
use crate::inspect::{Report, Row};
use crate::sys::clock;
use crate::trace::{
    Batch, Engine, Event, FindingNote, Header, Kind, ProcessStart, Role, RunEnd, RunStatus,
    StartMethod,
};

pub(super) struct Tape {
    recorder: Recorder,
    began: i64,
    seq: u64,
    /// Birth numbers, by PID.
    known: BTreeMap<i32, u32>,
    stuck: bool,
}

impl Tape {
    pub(super) fn open(context: &Context, path: &Path, report: &Report) -> Result<Tape, Failure> {
        let command = report.processes.first().map_or("", |row| &row.command);
        let header = Header {
            engine: Engine::Trace.into(),
            argv: command.split(' ').map(str::to_owned).collect(),
            ..header::of_now(command)
        };
        Ok(Tape {
            recorder: Recorder::named(context, path, &header)?,
            began: clock::monotonic_ns(),
            seq: 0,
            known: BTreeMap::new(),
            stuck: false,
        })
    }

    fn event(&mut self, row: Option<&Row>, kind: Kind) -> Event {
        self.seq += 1;
        Event {
            seq: self.seq,
            t: clock::monotonic_ns() - self.began,
            proc: row.and_then(|row| self.known.get(&row.pid).copied()),
            pid: row.map_or(0, |row| row.pid),
            tid: None,
            kind,
        }
    }

    /// Adds one look; a recording that can't be written any more is told by `close`.
    pub(super) fn add(&mut self, report: &Report) {
        let mut batch = Batch::default();
        for row in &report.processes {
            if !self.known.contains_key(&row.pid) {
                let number = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
                self.known.insert(row.pid, number);
                let start = ProcessStart {
                    ppid: row.ppid,
                    name: row.name.clone(),
                    role: role(number, row),
                    daemon: false,
                    method: StartMethod::Unknown,
                };
                batch.add(self.event(Some(row), Kind::ProcessStart(start)));
            }
        }
        for row in &report.processes {
            for thread in &row.threads {
                let own = thread.stack.iter().find(|(_, own)| *own);
                let place = own.map_or_else(String::new, |(frame, _)| format!(" ({frame})"));
                let thread_name = thread
                    .name
                    .as_deref()
                    .map_or_else(String::new, |name| format!(", {name}"));
                let text = format!("{}{thread_name}: {}{place}", row.name, thread.doing.en);
                let marker = Kind::Marker {
                    text,
                    finding: None,
                };
                batch.add(self.event(Some(row), marker));
            }
        }
        for finding in &report.findings {
            let marker = Kind::Marker {
                text: finding.text.en.clone(),
                finding: Some(Box::new(note(finding))),
            };
            batch.add(self.event(None, marker));
        }
        let certain = |certainty: Certainty| certainty == Certainty::Certain;
        self.stuck = report.stuck && report.findings.iter().any(|found| certain(found.certainty));
        let _ = self.recorder.take(&batch);
    }

    /// Ends the recording, and tells where it could not be written.
    pub(super) fn close(mut self, context: &Context) {
        let status = if self.stuck {
            RunStatus::Deadlock
        } else {
            RunStatus::Stopped
        };
        let end = RunEnd {
            status,
            detail: None,
            ended: Vec::new(),
        };
        let event = self.event(None, Kind::End(end));
        let _ = self.recorder.take(&Batch::from_iter([event]));
        self.recorder.close();
        if let Some(Err(why)) = self.recorder.ended(self.recorder.patience()) {
            context.recording_stopped(&why);
        }
    }
}

fn note(finding: &Finding) -> FindingNote {
    let advice = finding.advice.clone().unwrap_or_default();
    FindingNote {
        rule: finding.rule.to_string(),
        certainty: finding.certainty.as_str().to_owned(),
        kind: finding.kind.as_str().to_owned(),
        text_zh: finding.text.zh.clone(),
        advice: advice.en,
        advice_zh: advice.zh,
        pids: finding.pids.clone(),
        objects: finding.objects.clone(),
        places: finding.places.clone(),
        count: finding.count,
    }
}

fn role(number: u32, row: &Row) -> Role {
    match row.name.as_str() {
        _ if number == 0 => Role::Main,
        name if name.contains("PoolWorker") => Role::Worker,
        name if name.contains("Manager") => Role::Manager,
        _ if row.python.is_some() => Role::Process,
        _ => Role::Foreign,
    }
}
