//! Tracks: which number a process has in a trace, and what it is called there.
//!
//! A number is the process's PID, unless another process had that PID before. Numbers and names only;
//! what stands on a track is not decided here.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::json;

use super::page::{Page, Track};
use crate::export::who;
use crate::model::World;
use crate::text::clean;
use crate::trace::{Event, Kind};

/// Numbers of processes whose PID another one had before begin here: a track is one process. Beyond
/// any PID of the kernel, and within the 32 bits Perfetto reads.
const SECOND: u64 = 1 << 30;

/// Where what belongs to nobody stands. No process of a user has this PID.
const NOBODY: Track = Track { pid: 0, tid: 0 };

/// Tracks that are known.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    /// The number of each process that has one.
    numbers: HashMap<u32, u64>,
    taken: HashMap<u64, u32>,
    marked: bool,
}

impl Tracks {
    /// The track of an event, made known when it is first seen.
    pub(super) fn of(
        &mut self,
        event: &Event,
        world: &World,
        page: &mut Page,
        out: &mut dyn Write,
    ) -> io::Result<Track> {
        let (proc, pid) = (
            event.proc.unwrap_or(u32::MAX),
            u64::from(event.pid.unsigned_abs()),
        );
        let known = self.numbers.get(&proc).copied();
        let pid = if let Some(pid) = known {
            pid
        } else {
            let free = pid != NOBODY.pid && *self.taken.entry(pid).or_insert(proc) == proc;
            let pid = if free {
                pid
            } else {
                SECOND + u64::from(proc % (1 << 30))
            };
            self.numbers.insert(proc, pid);
            pid
        };
        let renamed = matches!(event.kind, Kind::ProcessStart(_) | Kind::ProcessExec { .. });
        if known.is_none() || renamed {
            let track = Track {
                pid,
                tid: pid.cast_signed(),
            };
            let name = clean(&who(event, world)).into_owned();
            name_track(track, i64::from(proc), [&name, &name], page, out)?;
        }
        let tid = event.tid.map_or_else(|| pid.cast_signed(), i64::from);
        Ok(Track { pid, tid })
    }

    /// The track of a thread of a process that has one.
    pub(super) fn known(&self, proc: u32, tid: Option<i32>) -> Option<Track> {
        let pid = *self.numbers.get(&proc)?;
        let tid = tid.map_or_else(|| pid.cast_signed(), i64::from);
        Some(Track { pid, tid })
    }

    /// The track of what belongs to nobody: above all others.
    pub(super) fn nobody(&mut self, page: &mut Page, out: &mut dyn Write) -> io::Result<Track> {
        if !std::mem::replace(&mut self.marked, true) {
            name_track(NOBODY, -1, ["forklore", "markers"], page, out)?;
        }
        Ok(NOBODY)
    }
}

fn name_track(
    track: Track,
    place: i64,
    names: [&str; 2],
    page: &mut Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Track { pid, tid } = track;
    // The importer's number has 31 bits and a sign.
    let place = place.min(i64::from(i32::MAX));
    let order = json!({"ph":"M","pid":pid,"tid":tid,"name":"process_sort_index","args":{"sort_index":place}});
    page.put(out, &order)?;
    for (what, name) in ["process_name", "thread_name"].into_iter().zip(names) {
        let named = json!({"ph":"M","pid":pid,"tid":tid,"name":what,"args":{"name":name}});
        page.put(out, &named)?;
    }
    Ok(())
}
