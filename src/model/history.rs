//! `History`: all events of a run and Worlds along the way, so that any moment can be seen again.
//!
//! A front end pushes each event as it comes and asks for `world_at`. Checkpoints are clones that
//! share what did not change; how far apart they stand is chosen by what a clone costs, so that they
//! take a bounded share of memory beside the events themselves, which `Packed` keeps as lines of a
//! recording.

mod packed;

use crate::trace::Event;

use super::World;

pub use packed::Packed;

/// Fewest and most events between two checkpoints: the upper bound is what a seek folds at worst.
const NEAREST: u64 = 4096;
const FARTHEST: u64 = 5120;

/// Bytes of checkpoints an event may cost.
const SHARE: u64 = 48;

/// What all output that can be looked back at may weigh (see `Packed::output`); the oldest goes first.
const OUTPUT: usize = 32 << 20;

/// The events of a run and the Worlds they make.
///
/// A place is a number of events: `world_at(n)` is the World after the first `n`. In a log without
/// gaps that is the event numbered `n`.
#[derive(Debug, Clone)]
pub struct History {
    packed: Packed,
    /// Before the first event.
    empty: World,
    now: World,
    folded: u64,
    /// Ascending by place, the first one after `NEAREST` events.
    checkpoints: Vec<(u64, World)>,
    /// Where the next checkpoint is due.
    due: u64,
    /// Where somebody looked last: the next look is often one event further.
    cursor: (u64, World),
    /// Before this place there is no output any more but its count, and so many checkpoints stand
    /// there.
    bare: u64,
    bare_checkpoints: usize,
    /// What the output that is kept may weigh.
    most_output: usize,
}

impl Default for History {
    fn default() -> History {
        History::new(World::new())
    }
}

impl History {
    /// No events yet; `empty` is the World before them, with its bounds and its time scale.
    pub fn new(empty: World) -> History {
        History {
            packed: Packed::default(),
            now: empty.clone(),
            folded: 0,
            checkpoints: Vec::new(),
            due: NEAREST,
            cursor: (0, empty.clone()),
            empty,
            bare: 0,
            bare_checkpoints: 0,
            most_output: OUTPUT,
        }
    }

    /// Appends an event that has just come, with its line in a recording (the newline left out). The
    /// line is trusted to be the event's.
    pub fn push(&mut self, line: &[u8], event: &Event) {
        self.packed.push(line, event);
        self.now.apply(event);
        self.folded += 1;
        self.mark();
        self.thin();
    }

    /// The same history with another bound on the output that can be looked back at, in bytes.
    pub fn with_output(self, most_output: usize) -> History {
        History {
            most_output,
            ..self
        }
    }

    /// The place before which output is counted only: there was too much of it to keep. What
    /// happened there can be looked at all the same.
    pub fn bare(&self) -> u64 {
        self.bare
    }

    /// Leaves out the oldest output beyond the bound, in the events and in the Worlds of that time.
    fn thin(&mut self) {
        let before = self.bare;
        while self.packed.output() > self.most_output
            && let Some(upto) = self.packed.thin()
        {
            self.bare = upto;
        }
        if self.bare == before {
            return;
        }
        for (at, world) in &mut self.checkpoints[self.bare_checkpoints..] {
            if *at >= self.bare {
                break;
            }
            world.leave_out_output();
            self.bare_checkpoints += 1;
        }
        if self.cursor.0 < self.bare {
            self.cursor = (0, self.empty.clone());
        }
    }

    fn mark(&mut self) {
        if self.folded < self.due {
            return;
        }
        let apart = (self.now.weight() / SHARE).clamp(NEAREST, FARTHEST);
        self.due = self.folded + apart;
        self.checkpoints.push((self.folded, self.now.clone()));
    }

    /// Events folded so far; the last place there is to look at.
    pub fn len(&self) -> u64 {
        self.folded
    }

    pub fn is_empty(&self) -> bool {
        self.folded == 0
    }

    /// The events themselves.
    pub fn packed(&self) -> &Packed {
        &self.packed
    }

    /// The World after every event folded so far.
    pub fn now(&self) -> &World {
        &self.now
    }

    /// The World after the first `place` events; beyond the end, the latest.
    pub fn world_at(&mut self, place: u64) -> &World {
        if place >= self.folded {
            return &self.now;
        }
        let nearest = self.checkpoints.partition_point(|(at, _)| *at <= place);
        let (at, world) = match nearest.checked_sub(1).and_then(|i| self.checkpoints.get(i)) {
            Some((at, world)) => (*at, world),
            None => (0, &self.empty),
        };
        if self.cursor.0 > place || self.cursor.0 < at {
            self.cursor = (at, world.clone());
        }
        let (from, world) = &mut self.cursor;
        self.packed
            .visit(*from, place, &mut |event| world.apply(event));
        *from = place;
        &self.cursor.1
    }

    /// The place of a moment: how many events had come when the run's clock said `t` ns.
    pub fn place_at(&self, t: i64) -> u64 {
        let after = self
            .checkpoints
            .partition_point(|(_, world)| world.now() <= t);
        let (from, mut now) = match after.checked_sub(1).and_then(|i| self.checkpoints.get(i)) {
            Some((at, world)) => (*at, world.now()),
            None => (0, self.empty.now()),
        };
        let to = self
            .checkpoints
            .get(after)
            .map_or(self.folded, |(at, _)| *at);
        let mut place = from;
        self.packed.visit(from, to, &mut |event| {
            now = now.max(event.t);
            place += u64::from(now <= t);
        });
        place
    }

    /// The event that made the World at `place` out of the one before it.
    pub fn event(&self, place: u64) -> Option<Event> {
        let mut found = None;
        if let Some(before) = place.checked_sub(1) {
            self.packed
                .visit(before, place, &mut |event| found = Some(event.clone()));
        }
        found
    }

    /// Number of Worlds kept along the way.
    pub fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }
}
