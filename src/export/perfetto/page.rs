//! The lines of a trace: slices, instants and ends of arrows, as Perfetto's importer takes them.
//!
//! The importer sorts lines by their time, lines of one time as they stand in the file, and keeps a
//! stack of slices for each thread. A slice that laps over the one before it is thrown away, and so is
//! one that begins with a slice it should hold, and what has a time below 0; an arrow's end belongs to the slice that is on top of
//! the stack. So slices are put beside or into each other here, and whoever draws an arrow writes its
//! end right behind the slice it is meant for, with the time that slice begins at.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};

use serde_json::{Value, json};

/// A track: process and thread as the format counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Track {
    pub(super) pid: u64,
    pub(super) tid: i64,
}

/// Slices beside each other remembered of a thread.
const REMEMBERED: usize = 64;

/// From when to when, ns.
pub(super) type Span = (i64, i64);

/// What a slice is called, and what it is.
pub(super) type Named<'a> = (&'a str, &'a str);

/// Lines being written.
#[derive(Debug, Default)]
pub(super) struct Page {
    begun: bool,
    /// The slices each thread was given last, those in others left out.
    last: HashMap<Track, VecDeque<Span>>,
    /// First and last time of any slice of a process: clocks of two processes may disagree about
    /// when one of them ended.
    reach: HashMap<u64, Span>,
}

impl Page {
    pub(super) fn put(&mut self, out: &mut dyn Write, value: &Value) -> io::Result<()> {
        let comma = if std::mem::replace(&mut self.begun, true) {
            ","
        } else {
            ""
        };
        write!(out, "{comma}\n{value}")
    }

    /// When the slice ends that this thread was given last.
    pub(super) fn end_of(&self, track: Track) -> i64 {
        let last = self.last.get(&track).and_then(VecDeque::back);
        last.map_or(i64::MIN, |(_, end)| *end)
    }

    /// First and last time of any slice of a process.
    pub(super) fn reach(&self, pid: u64) -> Option<Span> {
        self.reach.get(&pid).copied()
    }

    /// A slice of at least a nanosecond, moved behind the one before it where the two would lap over
    /// each other; gives where it came to stand.
    pub(super) fn slice(
        &mut self,
        out: &mut dyn Write,
        track: Track,
        span: Span,
        named: Named<'_>,
        args: &Value,
    ) -> io::Result<Span> {
        let span = placed(self.last.entry(track).or_default(), span);
        let reach = self.reach.entry(track.pid).or_insert(span);
        *reach = (reach.0.min(span.0), reach.1.max(span.1));
        self.within(out, track, span, named, args)?;
        Ok(span)
    }

    /// A slice within the one that was written last, or around all that were.
    pub(super) fn within(
        &mut self,
        out: &mut dyn Write,
        track: Track,
        (from, to): Span,
        (name, category): Named<'_>,
        args: &Value,
    ) -> io::Result<()> {
        let slice = json!({
            "ph": "X", "pid": track.pid, "tid": track.tid, "ts": micros(from),
            "dur": micros(to.saturating_sub(from)), "name": name, "cat": category, "args": args,
        });
        self.put(out, &slice)
    }

    pub(super) fn instant(
        &mut self,
        out: &mut dyn Write,
        track: Track,
        t: i64,
        (name, category): Named<'_>,
    ) -> io::Result<()> {
        let instant = json!({
            "ph": "i", "s": "t", "pid": track.pid, "tid": track.tid, "ts": micros(t.max(0)),
            "name": name, "cat": category,
        });
        self.put(out, &instant)
    }

    /// An arrow's beginning (`s`), step (`t`) or end (`f`) at the slice that was written last and
    /// begins at `t`.
    pub(super) fn flow(
        &mut self,
        out: &mut dyn Write,
        track: Track,
        t: i64,
        (phase, name, id): (&str, &str, u64),
    ) -> io::Result<()> {
        let mut flow = json!({
            "ph": phase, "pid": track.pid, "tid": track.tid, "ts": micros(t), "id": id,
            "name": name, "cat": "flow",
        });
        if phase == "f" {
            flow["bp"] = json!("e");
        }
        self.put(out, &flow)
    }
}

/// Where a slice stands among those its thread was given last: around those that begin after it, and
/// behind the one before.
fn placed(last: &mut VecDeque<Span>, (mut from, to): Span) -> Span {
    // What is around it begins before it, and no time may be below 0.
    from = from.max(1);
    let to = to.max(from.saturating_add(1));
    for &(first, end) in &*last {
        if first <= from && from < end {
            from = end;
        }
    }
    while last
        .pop_back_if(|(first, end)| *first > from && *end <= to)
        .is_some()
    {}
    let from = last.back().map_or(from, |(_, end)| from.max(*end));
    let span = (from, to.max(from.saturating_add(1)));
    if last.len() >= REMEMBERED {
        last.pop_front();
    }
    last.push_back(span);
    span
}

/// Microseconds, exact to the nanosecond for the first hundred days.
#[expect(
    clippy::cast_precision_loss,
    reason = "a double holds 2^53 ns, which is a hundred days"
)]
fn micros(ns: i64) -> f64 {
    ns as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::{Page, Track};
    use serde_json::json;

    #[test]
    fn slices_lie_beside_or_in_each_other() {
        let mut page = Page::default();
        let track = Track { pid: 1, tid: 1 };
        let mut placed = |span| {
            let mut out = Vec::new();
            page.slice(&mut out, track, span, ("a", "op"), &json!({}))
                .unwrap()
        };
        assert_eq!(placed((5, 5)), (5, 6));
        // One that begins with it, and one that begins in it.
        assert_eq!(placed((5, 9)), (6, 9));
        assert_eq!(placed((8, 12)), (9, 12));
        assert_eq!(placed((11, 12)), (12, 13));
        // Around the last two of these, and around all.
        assert_eq!(placed((20, 21)), (20, 21));
        assert_eq!(placed((21, 30)), (21, 30));
        assert_eq!(placed((14, 30)), (14, 30));
        assert_eq!(placed((4, 30)), (4, 30));
    }
}
