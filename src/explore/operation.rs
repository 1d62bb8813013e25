//! What the search knows of an operation: the objects it touches, how, and what it needs to go.
//!
//! An object is a number with a level: the value of a semaphore, the length of a queue, 1 for a lock
//! that is free. Whether an operation can go depends on the levels of its objects alone. Two
//! operations are independent when they share no object, or only read what they share. `Machine`
//! is all the search asks of a program; it knows nothing of processes or of `mp`.

/// A process, by its place in the order of birth; the main process is 0.
pub type Proc = u32;

/// An object, or one cell of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object(pub u64);

/// The level an operation needs an object to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    AtLeast(i64),
    AtMost(i64),
    /// One of these.
    Among(Vec<i64>),
}

impl Needs {
    fn met(&self, level: i64) -> bool {
        match self {
            Needs::Nothing => true,
            Needs::AtLeast(least) => level >= *least,
            Needs::AtMost(most) => level <= *most,
            Needs::Among(levels) => levels.contains(&level),
        }
    }
}

/// What an operation that has not happened yet does to one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub object: Object,
    pub write: bool,
    pub needs: Needs,
    /// From this level on there is nothing to change: a write only reads.
    pub reads_from: Option<i64>,
    /// The object's level now.
    pub level: i64,
}

impl Access {
    /// Whether it writes where the object has this level.
    fn writes_at(&self, level: i64) -> bool {
        self.write && self.reads_from.is_none_or(|from| level < from)
    }
}

/// The next operation of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operation {
    pub accesses: Vec<Access>,
    /// What it does instead where these can't go; nothing where it has no other way.
    pub otherwise: Vec<Access>,
    /// Where others may end the process: that it lives, without which it neither goes nor tries.
    pub lives: Option<Access>,
    /// Where a level is not as needed it fails, and has only read, instead of waiting.
    pub tries: bool,
    /// It waits and nobody can go: time passes up to its timeout, or to the end of its sleep. The object
    /// is the clock.
    pub times_out: Option<Object>,
}

impl Operation {
    /// What it touches where the objects have these levels; `None` where it has to wait. A timeout
    /// does not count: it comes only when nobody can go.
    pub fn footprint_at(&self, level: impl Fn(&Access) -> i64) -> Option<Footprint> {
        let goes = |accesses: &[Access]| {
            let mut accesses = accesses.iter().chain(&self.lives);
            accesses.all(|access| access.needs.met(level(access)))
        };
        let touch = |accesses: &[Access], goes| {
            let touch = |access: &Access| (access.object, goes && access.writes_at(level(access)));
            Some(Footprint {
                touches: accesses.iter().chain(&self.lives).map(touch).collect(),
                passes_time: false,
            })
        };
        if goes(&self.accesses) {
            return touch(&self.accesses, true);
        }
        if !self.otherwise.is_empty() && goes(&self.otherwise) {
            return touch(&self.otherwise, true);
        }
        let tries = self.tries && goes(&[]);
        tries.then(|| touch(&self.accesses, false))?
    }

    /// All that it may touch.
    pub fn all_accesses(&self) -> impl Iterator<Item = &Access> {
        self.accesses
            .iter()
            .chain(&self.otherwise)
            .chain(&self.lives)
    }

    /// Whether it could go if its time were over.
    pub fn could_time_out(&self) -> bool {
        let accesses = match self.otherwise.split_first() {
            // It is on the clock alone that its other way waits.
            Some((_, rest)) => rest,
            None => &[],
        };
        let mut accesses = accesses.iter().chain(&self.lives);
        accesses.all(|access| access.needs.met(access.level))
    }

    /// What it touches if it goes now.
    pub fn footprint(&self) -> Option<Footprint> {
        let timeout = || self.times_out.map(Footprint::of_time);
        self.footprint_at(|access| access.level).or_else(timeout)
    }

    pub fn is_enabled(&self) -> bool {
        self.footprint().is_some()
    }
}

/// The objects a step touches, and whether it writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Footprint {
    pub touches: Vec<(Object, bool)>,
    /// Time passes: every earlier step happens before it, and it before every later one.
    pub passes_time: bool,
}

impl Footprint {
    fn of_time(clock: Object) -> Footprint {
        Footprint {
            touches: vec![(clock, true)],
            passes_time: true,
        }
    }

    pub fn depends_on(&self, other: &Footprint) -> bool {
        let share = |(object, write): &(Object, bool)| {
            let mut touches = other.touches.iter();
            touches.any(|(its, writes)| object == its && (*write || *writes))
        };
        self.passes_time || other.passes_time || self.touches.iter().any(share)
    }
}

/// A step that was taken.
#[derive(Debug, Clone, Default)]
pub struct Step {
    pub footprint: Footprint,
    /// The level of each touched object after it, in the order of the footprint.
    pub levels: Vec<i64>,
    /// The process it started.
    pub starts: Option<Proc>,
}

/// A process that has not ended, and what it would do next.
#[derive(Debug, Clone)]
pub struct Next {
    pub proc: Proc,
    pub operation: Operation,
    /// Another process has ended it before it could go; nobody waits for it any more.
    pub is_dead: bool,
}

/// Whether all have ended.
pub fn all_ended(next: &[Next]) -> bool {
    next.iter().all(|next| next.is_dead)
}

/// A program that can be run again and again, one step at a time. Where the same choices do not lead
/// to the same steps, it can't be searched.
pub trait Machine {
    type Error;

    /// Begins a fresh run.
    fn restart(&mut self) -> Result<(), Self::Error>;

    /// The processes that have not ended by themselves, in order of birth.
    fn next(&self) -> &[Next];

    /// Whether it knows by now that it took steps to touch less than they do: all that was searched
    /// until now does not count.
    fn begins_anew(&mut self) -> bool {
        false
    }

    /// Lets an enabled process take its step.
    fn step(&mut self, proc: Proc) -> Result<Step, Self::Error>;

    /// Lets a process take so many steps, one after the other, as it has done before in a run with
    /// the same steps so far. With none of them time passes.
    fn repeat(&mut self, proc: Proc, steps: usize) -> Result<(), Self::Error> {
        for _ in 0..steps {
            self.step(proc)?;
        }
        Ok(())
    }
}
