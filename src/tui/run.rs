//! `RunView`: a run as the screen follows it, live or replayed.
//!
//! Owns the history of events and the play head: `now`, or a place in the past whose World is kept
//! at hand and which may be playing on by itself. A recording is read into the history at once and
//! played from there, so looking back, speed and seeking are one and the same for both. All domain
//! state is in the Worlds; this adds none of its own.

mod film;
mod seek;

use std::collections::VecDeque;
use std::time::Instant;

use super::host::{Recorded, Started};
use super::quiz::Locked;
use super::target::Wanted;
use crate::check::{
    Answer, Evidence, Facts, Grade, Mark, Verdict, circumstances, evaluate, grade, outcome,
};
use crate::feed::{Control, Feed, FeedItem, Flaw};
use crate::lesson::{Lesson, Params};
use crate::model::{History, World};
use crate::trace::{Batch, Event, FaultKind, Header, Kind, RunStatus};

/// How many times as fast as it was the past can be played.
pub(crate) const SPEEDS: [f64; 10] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
/// The place of 'as fast as it was' among them.
const AS_IT_WAS: usize = 3;
/// Events the play head passes in one go, at most.
const STRIDE: usize = 4096;
/// Bytes of a recording kept to look back on, at most, packed: one made to harm has no end.
const KEPT: usize = 1 << 30;
/// Events of a run that is laid beside another one, at most.
const COMPARED: u64 = 100_000;
/// Where idle time is cut, nothing is waited for longer than this (ns of the run).
const LONGEST: i64 = 300_000_000;

/// A graded answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Graded {
    pub(crate) id: String,
    pub(crate) answer: Answer,
    pub(crate) sure: u8,
    pub(crate) grade: Grade,
}

/// What taking events came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Taken {
    pub(crate) came: bool,
    /// The time was over before the feed was empty.
    pub(crate) more: bool,
    /// The run ended in these.
    pub(crate) ended: bool,
    /// Something went wrong in a live run.
    pub(crate) fault: Option<FaultKind>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a run, each read by its name"
)]
pub(crate) struct RunView {
    /// Which run of the session it is, counted from 1.
    pub(crate) number: u64,
    feed: Box<dyn Feed>,
    /// Events taken from the feed, and how many of them were looked at.
    waiting: (Batch, usize),
    pub(crate) header: Header,
    pub(crate) params: Params,
    /// A recording: its events are all there, only the play head moves.
    pub(crate) recorded: Option<Recorded>,
    history: History,
    /// The place looked at and its World; `None` is now.
    past: Option<(u64, World)>,
    /// The play head moves by itself: since when, and from which time of the run.
    playing: Option<(Instant, i64)>,
    /// The place it was held at, and when in the run: within a long wait, say.
    held: Option<(u64, i64)>,
    /// Events behind the play head, read ahead while it plays.
    ahead: VecDeque<Event>,
    speed: usize,
    /// What may be kept of a recording.
    pub(crate) most_kept: usize,
    pub(crate) cut_idle: bool,
    /// The feed has no more.
    pub(crate) over: bool,
    pub(crate) paused: bool,
    /// It is being stepped by hand.
    pub(crate) stepped: bool,
    /// What ran was looked at beside what was predicted.
    pub(crate) compared: bool,
    /// Answers given before it began.
    locked: Vec<Locked>,
    pub(crate) grades: Vec<Graded>,
    /// The verdicts, once the run has ended.
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) flaw: Option<Flaw>,
    /// What the learner last asked to be taken to.
    pub(crate) wanted: Option<Wanted>,
}

impl RunView {
    pub(crate) fn new(
        number: u64,
        started: Started,
        params: Params,
        locked: Vec<Locked>,
    ) -> RunView {
        let empty = World::new().scaled(started.header.time_scale);
        let recorded = started.recorded;
        RunView {
            number,
            past: recorded.as_ref().map(|_| (0, empty.clone())),
            playing: None,
            held: None,
            ahead: VecDeque::new(),
            speed: recorded
                .as_ref()
                .map_or(AS_IT_WAS, |one| nearest(one.speed)),
            recorded,
            most_kept: KEPT,
            cut_idle: false,
            feed: started.feed,
            waiting: Default::default(),
            header: started.header,
            params,
            history: History::new(empty),
            over: false,
            paused: false,
            stepped: false,
            compared: false,
            locked,
            grades: Vec::new(),
            verdicts: Vec::new(),
            flaw: None,
            wanted: None,
        }
    }

    pub(crate) fn is_recording(&self) -> bool {
        self.recorded.is_some()
    }

    /// Whether there may be more of the recording than has been read.
    pub(crate) fn is_reading(&self) -> bool {
        self.is_recording() && !self.over
    }

    /// Whether it is a recording that stops before its run's end.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.is_recording() && self.over && self.history.now().end().is_none()
    }

    /// The World that is looked at.
    pub(crate) fn world(&self) -> &World {
        self.past
            .as_ref()
            .map_or_else(|| self.history.now(), |(_, world)| world)
    }

    /// Events so far, and the place looked at.
    pub(crate) fn places(&self) -> (u64, u64) {
        let end = self.history.len();
        (self.past.as_ref().map_or(end, |(place, _)| *place), end)
    }

    /// Whether the newest event is looked at.
    pub(crate) fn is_now(&self) -> bool {
        self.past.is_none()
    }

    pub(crate) fn is_playing(&self) -> bool {
        self.playing.is_some()
    }

    pub(crate) fn speed(&self) -> f64 {
        SPEEDS[self.speed]
    }

    /// Takes what has come until `clock` says `until`.
    pub(crate) fn take(&mut self, clock: fn() -> Instant, until: Instant) -> Taken {
        let mut taken = Taken::default();
        while !self.over {
            let now = clock();
            if taken.came && now >= until {
                taken.more = true;
                break;
            }
            if self.take_waiting(&mut taken) {
                continue;
            }
            match self.feed.poll(now) {
                FeedItem::Events(batch) => self.waiting = (batch, 0),
                FeedItem::Idle => break,
                FeedItem::End => {
                    let flaw = self.feed.flaw();
                    self.stop_reading(flaw);
                    taken.came = true;
                    taken.ended = true;
                }
            }
        }
        taken
    }

    /// Takes events that came and were not looked at yet; false where there are none. Of a live run
    /// one at a time: a few events of a flood are more than a key may wait for.
    fn take_waiting(&mut self, taken: &mut Taken) -> bool {
        let recording = self.is_recording();
        let (batch, place) = &mut self.waiting;
        let before = *place;
        while let Some((line, event)) = batch.get(*place).filter(|_| recording || *place == before)
        {
            match &event.kind {
                Kind::Fault(fault) if !recording => taken.fault = Some(fault.fault),
                _ => {}
            }
            self.history.push(line, event);
            *place += 1;
        }
        let came = *place > before;
        if came && *place == batch.len() {
            let batch = std::mem::take(&mut self.waiting).0;
            self.feed.give_back(batch);
        }
        taken.came |= came;
        if recording && self.history.packed().bytes() > self.most_kept {
            self.stop_reading(Some(Flaw::Large));
            taken.ended = true;
        }
        came
    }

    /// No more of it will come.
    fn stop_reading(&mut self, flaw: Option<Flaw>) {
        self.over = true;
        self.paused = false;
        self.flaw = flaw;
    }

    /// Evaluates the lesson's checks over the finished run; gives how it came out.
    pub(crate) fn judge(&mut self, lesson: &Lesson) -> Vec<String> {
        let circumstances = circumstances(&self.header);
        let world = self.history.now();
        self.verdicts = evaluate(lesson, &self.params, &circumstances, world);
        let setting = lesson.setting(&self.params, &circumstances);
        let facts = Facts {
            lesson,
            setting: &setting,
            world,
        };
        let label = outcome(&facts).map(|label| label.text);
        label.into_iter().collect()
    }

    /// Grades the answers given before it began, and of `open`, which earlier runs could not
    /// decide, those that can be decided now.
    pub(crate) fn grade(&mut self, lesson: &Lesson, open: &[Locked], evidence: &Evidence) {
        let circumstances = circumstances(&self.header);
        let setting = lesson.setting(&self.params, &circumstances);
        let facts = Facts {
            lesson,
            setting: &setting,
            world: self.history.now(),
        };
        let predictions = &lesson.manifest.predictions;
        let graded = |locked: &Locked| {
            let prediction = predictions.iter().find(|one| one.id == locked.id)?;
            Some(Graded {
                id: locked.id.clone(),
                answer: locked.answer.clone(),
                sure: locked.sure,
                grade: grade(prediction, &locked.answer, &facts, evidence),
            })
        };
        let asks = |locked: &&Locked| {
            let when = predictions.iter().find(|one| one.id == locked.id);
            let when = when.and_then(|prediction| prediction.when.as_ref());
            when.is_none_or(|when| when.holds(&setting).unwrap_or(false))
        };
        let decided = open
            .iter()
            .filter(asks)
            .filter_map(graded)
            .filter(|one| one.grade.mark != Mark::Undecided);
        self.grades = self
            .locked
            .iter()
            .filter_map(graded)
            .chain(decided)
            .collect();
    }

    /// Whether this question was answered before it began.
    pub(crate) fn has_locked(&self, id: &str) -> bool {
        self.locked.iter().any(|locked| locked.id == id)
    }

    /// Whether it ended by itself; one that was stopped or failed shows nothing of the program.
    pub(crate) fn came_to_its_end(&self) -> bool {
        let end = self.history.now().end().map(|end| end.end.status);
        matches!(end, Some(RunStatus::Finished | RunStatus::Deadlock))
    }

    /// Whether a process of it was killed from here.
    pub(crate) fn was_meddled_with(&self) -> bool {
        let mut faults = self.history.now().faults().iter();
        faults.any(|fault| fault.fault.fault == FaultKind::Killed)
    }

    /// Questions answered before it whose answers it could not grade.
    pub(crate) fn ungraded(&self) -> Vec<String> {
        let graded = |id: &String| self.grades.iter().any(|one| one.id == *id);
        let ids = self.locked.iter().map(|locked| locked.id.clone());
        ids.filter(|id| !graded(id)).collect()
    }

    /// Whether every check passed.
    pub(crate) fn passed(&self) -> bool {
        !self.verdicts.is_empty() && self.verdicts.iter().all(|verdict| verdict.passed)
    }

    pub(crate) fn control(&mut self, control: Control) -> bool {
        self.feed.abilities().obeys(control) && self.feed.control(control).is_ok()
    }

    pub(crate) fn is_live(&self) -> bool {
        // After its `end` nothing of it lives any more, even if the feed has not said so yet.
        !self.over && self.whole().end().is_none() && self.feed.abilities().live
    }

    /// Plays on from where the play head is, or holds it; `None` where it stands at now.
    pub(crate) fn toggle_playing(&mut self, now: Instant) {
        let (place, _) = self.places();
        if let Some(head) = self.head(now) {
            self.playing = None;
            self.held = Some((place, head));
            return;
        }
        if self.is_now() && self.is_recording() {
            self.go(0);
        }
        let held = self.held.take().filter(|(at, _)| *at == self.places().0);
        let from = held.map_or(i64::MIN, |(_, head)| head);
        self.playing = Some((now, from.max(self.world().now())));
    }

    /// When in the run a playing head is; it may be behind the event it stands at.
    fn head(&self, now: Instant) -> Option<i64> {
        let (since, from) = self.playing?;
        let passed = now.saturating_duration_since(since).as_secs_f64() * self.speed();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float beyond i64 is its end"
        )]
        Some(from.saturating_add((passed * 1e9) as i64))
    }

    pub(crate) fn hold(&mut self) {
        self.playing = None;
    }

    /// One step along the speeds.
    pub(crate) fn change_speed(&mut self, by: i64, now: Instant) {
        let head = self.head(now);
        let by = isize::try_from(by).unwrap_or(0);
        self.speed = self.speed.saturating_add_signed(by).min(SPEEDS.len() - 1);
        self.playing = head.map(|head| (now, head));
    }

    /// Moves a playing head on to where it is due; whether it moved.
    pub(crate) fn play(&mut self, now: Instant) -> bool {
        let (Some(mut head), Some((place, world))) = (self.head(now), &mut self.past) else {
            return false;
        };
        let end = self.history.len();
        let mut moved = false;
        for _ in 0..STRIDE {
            if self.ahead.is_empty() && *place < end {
                let ahead = &mut self.ahead;
                let source = self.history.packed();
                let to = source.together(*place);
                source.visit(*place, to, &mut |event| ahead.push_back(event.clone()));
            }
            let Some(event) = self.ahead.front() else {
                break;
            };
            let due = event.t.max(world.now());
            if self.cut_idle && due.saturating_sub(head) > LONGEST {
                head = due - LONGEST;
                self.playing = Some((now, head));
            }
            if due > head {
                break;
            }
            world.apply(event);
            self.ahead.pop_front();
            *place += 1;
            moved = true;
        }
        if *place >= end && !self.is_reading() {
            self.past = None;
            self.playing = None;
            moved = true;
        }
        moved
    }

    /// How long it took, or has been going, ns.
    pub(crate) fn end(&self) -> i64 {
        let world = self.history.now();
        world.end().map_or(world.now(), |end| end.t)
    }

    /// The World after all that came, wherever the play head stands.
    pub(crate) fn whole(&self) -> &World {
        self.history.now()
    }

    /// Moves the play head behind the last event that is not later than `t`.
    pub(crate) fn seek_time(&mut self, t: i64) {
        let place = self.history.place_at(t);
        self.go(place);
        self.playing = None;
    }

    /// Plays on from the time `from`, which may be later than the event the head stands behind.
    pub(crate) fn play_from(&mut self, now: Instant, from: i64) {
        self.cut_idle = false;
        if self.past.is_some() {
            self.playing = Some((now, from));
        }
    }

    /// When the next event after `t` is, or (by less than 0) the last one before it; ns.
    pub(crate) fn event_time(&self, t: i64, by: i64) -> Option<i64> {
        let place = if by > 0 {
            self.history.place_at(t) + 1
        } else {
            self.history.place_at(t.saturating_sub(1))
        };
        self.history.event(place).map(|event| event.t)
    }

    /// The event the play head stands behind.
    pub(crate) fn event(&self) -> Option<Event> {
        let (place, _) = self.places();
        self.history.event(place)
    }

    /// Whether nothing of it was left out because there was too much.
    pub(crate) fn is_whole(&self) -> bool {
        self.history.bare() == 0 && self.flaw != Some(Flaw::Large)
    }

    /// Gives the line of every event so far, in order.
    pub(crate) fn each_line(&self, each: &mut dyn FnMut(&[u8])) {
        self.history.packed().each_line(each);
    }

    /// What its processes did, to be laid beside another run; `None` while it goes on, or where that
    /// would take too long to wait for.
    pub(crate) fn deeds(&self) -> Option<crate::compare::Run> {
        if !self.over || self.history.len() > COMPARED {
            return None;
        }
        let mut world = World::new().scaled(self.header.time_scale);
        let mut run = crate::compare::Run::default();
        let source = self.history.packed();
        source.visit(0, self.history.len(), &mut |event| {
            world.apply(event);
            run.push(event, &world);
        });
        run.end(&world);
        Some(run)
    }

    /// How many of the answers were right, of how many that could be told.
    pub(crate) fn score(&self) -> (usize, usize) {
        let of = |mark: Mark| {
            self.grades
                .iter()
                .filter(|one| one.grade.mark == mark)
                .count()
        };
        (of(Mark::Right), self.grades.len() - of(Mark::Undecided))
    }
}

/// The place of the speed next to this one.
fn nearest(speed: f64) -> usize {
    let far = |known: &f64| (known / speed).ln().abs();
    let places = SPEEDS.iter().enumerate();
    let nearest = places.min_by(|(_, one), (_, other)| far(one).total_cmp(&far(other)));
    nearest.map_or(AS_IT_WAS, |(place, _)| place)
}
