//! Who waits for what as data: what JSON says of a deadlock beside the sentence.

use serde::Serialize;
use serde_json::Value;

use crate::explain;
use crate::model::{Awaited, Party, Thing, Wait};
use crate::text::Lang;

#[derive(Serialize)]
struct Waiting<'a> {
    who: Process<'a>,
    op: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'a str>,
    /// The event that said so.
    since: u64,
    #[serde(rename = "for")]
    target: Target<'a>,
    held_by: Vec<Process<'a>>,
    /// The sentence, in the user's language.
    text: String,
}

#[derive(Serialize)]
struct Process<'a> {
    proc: u32,
    name: &'a str,
    pid: i32,
    alive: bool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Target<'a> {
    Object {
        id: &'a str,
        name: Option<&'a str>,
    },
    Workers {
        pool: &'a str,
        lost_task: Option<u64>,
    },
    Result {
        task: u64,
        pool: Option<&'a str>,
    },
    Child {
        name: Option<&'a str>,
        pid: Option<i32>,
    },
    Nothing,
}

/// A list with an entry for each of them.
#[must_use]
pub fn waits_json(lang: Lang, waits: &[Wait]) -> Value {
    let entry = |wait| serde_json::to_value(entry(lang, wait)).unwrap_or_default();
    waits.iter().map(entry).collect()
}

fn entry(lang: Lang, wait: &Wait) -> Waiting<'_> {
    Waiting {
        who: process(&wait.who),
        op: wait.op.as_str(),
        at: wait.at.as_deref(),
        since: wait.since_seq,
        target: match &wait.target {
            Awaited::Object(Thing { id, name }) => Target::Object {
                id,
                name: name.as_deref(),
            },
            Awaited::Workers { pool, lost } => Target::Workers {
                pool: &pool.id,
                lost_task: lost.as_ref().map(|lost| lost.task),
            },
            Awaited::Result { task, pool } => Target::Result {
                task: *task,
                pool: pool.as_ref().map(|pool| &*pool.id),
            },
            Awaited::Child { name, pid, party } => Target::Child {
                name: party.as_ref().map(|party| &*party.name).or(name.as_deref()),
                pid: party.as_ref().map(|party| party.pid).or(*pid),
            },
            Awaited::Nothing => Target::Nothing,
        },
        held_by: wait.held_by.iter().map(process).collect(),
        text: explain::wait(lang, wait),
    }
}

fn process(party: &Party) -> Process<'_> {
    Process {
        proc: party.proc,
        name: &party.name,
        pid: party.pid,
        alive: party.alive,
    }
}
