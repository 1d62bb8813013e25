//! `RunView`: a run as the screen follows it, live or replayed.
//!
//! Owns the history of events and the cursor in it. A recording is read into the history at once and
//! played from there, so looking back, speed and seeking are one and the same for both. All domain
//! state is in the Worlds; this adds none of its own.

mod cursor;
mod intake;
mod results;
mod seek;

use std::time::Instant;

use super::destination::EventQuery;
use super::host::{Recorded, Started};
use super::quiz::Locked;
use crate::check::{Evidence, Facts, circumstances};
use crate::feed::{Control, Flaw};
use crate::finding::Findings;
use crate::lesson::schedule::Schedule;
use crate::lesson::{Lesson, Params};
use crate::model::{History, World};
use crate::trace::{Event, FaultKind, Header, RunStatus};

use cursor::Cursor;
use intake::Intake;
pub(crate) use intake::Received;
pub(crate) use results::{Graded, Results};

/// Events of a run that is compared with another one, at most.
const COMPARED: u64 = 100_000;

pub(crate) struct RunView {
    /// Which run of the session it is, counted from 1.
    pub(crate) number: u64,
    pub(crate) header: Header,
    pub(crate) params: Params,
    /// A recording: its events are all there, only the cursor moves.
    pub(crate) recorded: Option<Recorded>,
    intake: Intake,
    history: History,
    /// What went wrong in all that came.
    pub(crate) findings: Findings,
    cursor: Cursor,
    pub(crate) paused: bool,
    /// It is being stepped by hand.
    pub(crate) stepped: bool,
    /// Everything in it had to pass the gate: its turns are a schedule.
    pub(crate) is_scheduled: bool,
    /// The schedule it was begun with.
    pub(crate) guide: Option<Schedule>,
    pub(crate) results: Results,
    /// What the learner last asked to be taken to.
    pub(crate) wanted: Option<EventQuery>,
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
        let is_scheduled = recorded.is_none() && started.header.gate != "open";
        RunView {
            number,
            cursor: recorded.as_ref().map_or_else(Cursor::now, |recorded| {
                Cursor::at_the_beginning(empty.clone(), recorded.speed)
            }),
            intake: Intake::new(started.feed, recorded.is_some()),
            recorded,
            header: started.header,
            params,
            history: History::new(empty),
            findings: Findings::new(),
            paused: false,
            stepped: false,
            is_scheduled,
            guide: None,
            results: Results::of(locked),
            wanted: None,
        }
    }

    pub(crate) fn is_recording(&self) -> bool {
        self.recorded.is_some()
    }

    /// Whether no more of it will come.
    pub(crate) fn is_over(&self) -> bool {
        self.intake.over
    }

    /// What is wrong with what came.
    pub(crate) fn flaw(&self) -> Option<&Flaw> {
        self.intake.flaw.as_ref()
    }

    /// Whether there may be more of the recording than has been read.
    pub(crate) fn is_reading(&self) -> bool {
        self.is_recording() && !self.is_over()
    }

    /// Whether it is a recording that stops before its run's end.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.is_recording() && self.is_over() && self.whole().end().is_none()
    }

    /// The World that is looked at.
    pub(crate) fn world(&self) -> &World {
        self.cursor.world(&self.history)
    }

    /// The World after all that came, wherever the cursor stands.
    pub(crate) fn whole(&self) -> &World {
        self.history.now()
    }

    /// The place looked at, and events so far.
    pub(crate) fn places(&self) -> (u64, u64) {
        (self.cursor.place(&self.history), self.history.len())
    }

    /// Whether the newest event is looked at.
    pub(crate) fn is_now(&self) -> bool {
        self.cursor.is_now()
    }

    /// Takes what has come until `clock` says `until`.
    pub(crate) fn take(&mut self, clock: fn() -> Instant, until: Instant) -> Received {
        let taken = self
            .intake
            .take((&mut self.history, &mut self.findings), clock, until);
        self.paused &= !taken.ended;
        taken
    }

    #[cfg(test)]
    pub(crate) fn keep_at_most(&mut self, bytes: usize) {
        self.intake.keep_at_most(bytes);
    }

    /// Evaluates the lesson's checks over the finished run; gives how it came out.
    pub(crate) fn judge(&mut self, lesson: &Lesson) -> Vec<String> {
        let world = self.history.now();
        self.results
            .judge(lesson, &self.params, &self.header, world)
    }

    /// Grades the answers given before it began, and those left open that can be decided now.
    pub(crate) fn grade(&mut self, lesson: &Lesson, open: &[Locked], evidence: &Evidence) {
        let setting = lesson.setting(&self.params, &circumstances(&self.header));
        let facts = Facts {
            lesson,
            setting: &setting,
            world: self.history.now(),
        };
        self.results.grade(&facts, open, evidence);
    }

    /// Whether it ended by itself; one that was stopped or failed shows nothing of the program.
    pub(crate) fn came_to_its_end(&self) -> bool {
        let end = self.whole().end().map(|end| end.end.status);
        matches!(end, Some(RunStatus::Finished | RunStatus::Deadlock))
    }

    /// Whether a process of it was killed from here.
    pub(crate) fn was_meddled_with(&self) -> bool {
        let mut faults = self.whole().faults().iter();
        faults.any(|fault| fault.fault.fault == FaultKind::Killed)
    }

    pub(crate) fn control(&mut self, control: Control) -> bool {
        self.is_scheduled &= control != Control::Open;
        self.intake.control(control)
    }

    pub(crate) fn is_live(&self) -> bool {
        // After its `end` nothing of it lives any more, even if the feed has not said so yet.
        self.intake.is_live() && self.whole().end().is_none()
    }

    pub(crate) fn is_playing(&self) -> bool {
        self.cursor.is_playing()
    }

    /// Plays on from where the play head is, or holds it; a recording at its end from its beginning.
    pub(crate) fn toggle_playing(&mut self, now: Instant) {
        if self.is_now() && self.is_recording() {
            self.cursor.go(&mut self.history, 0);
        }
        self.cursor.toggle_playing(&self.history, now);
    }

    /// Plays it from its beginning, so slowly that what happened can be seen.
    pub(crate) fn play_slowly(&mut self, now: Instant) {
        self.cursor.go(&mut self.history, 0);
        self.cursor.play_slowly(now, self.end());
    }

    /// Whether it is played back like that.
    pub(crate) fn is_played_slowly(&self) -> bool {
        !self.is_now() && self.cursor.is_slow()
    }

    /// Stops playing.
    pub(crate) fn hold(&mut self) {
        self.cursor.stop();
    }

    /// How many times as fast as it was it is played.
    pub(crate) fn speed(&self) -> f64 {
        self.cursor.speed()
    }

    /// One step along the speeds.
    pub(crate) fn change_speed(&mut self, by: i64, now: Instant) {
        self.cursor.change_speed(by, now);
    }

    pub(crate) fn cuts_waits(&self) -> bool {
        self.cursor.cuts_waits()
    }

    /// Whether long waits are cut while it plays.
    pub(crate) fn cut_waits(&mut self, cut: bool) {
        self.cursor.cut_waits(cut);
    }

    /// Moves a playing head on to where it is due; whether it moved.
    pub(crate) fn play(&mut self, now: Instant) -> bool {
        let grows = self.is_reading();
        self.cursor.play(&self.history, grows, now)
    }

    /// Plays on from the time `from`, which may be later than the event the head stands behind.
    pub(crate) fn play_from(&mut self, now: Instant, from: i64) {
        self.cursor.play_from(now, from);
    }

    /// When the play head passes the next event (ns of the run); `None` at the end.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.cursor.next_due(&self.history)
    }

    /// Plays on to the moment `t` of the run. At its end the head stands at now.
    pub(crate) fn play_to(&mut self, now: Instant, t: i64) {
        self.cursor.play_to(&self.history, now, t);
    }

    /// The time that is shown of the moment looked at, ns: it stands while the run is paused.
    pub(crate) fn shown_time(&self) -> i64 {
        let now = self.world().now();
        let stands = self.paused && self.is_now() && self.is_live();
        if stands {
            now.min(self.intake.acted_at)
        } else {
            now
        }
    }

    /// How long it took, or has been going, ns.
    pub(crate) fn end(&self) -> i64 {
        let world = self.whole();
        let shown = self.shown_time();
        let now = if self.is_now() { shown } else { world.now() };
        world.end().map_or(now, |end| end.t)
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
        self.history.event(self.places().0)
    }

    /// Whether nothing of it was left out because there was too much.
    pub(crate) fn is_whole(&self) -> bool {
        self.history.bare() == 0 && self.flaw() != Some(&Flaw::Large)
    }

    /// Gives the line of every event so far, in order.
    pub(crate) fn each_line(&self, each: &mut dyn FnMut(&[u8])) {
        self.history.packed().each_line(each);
    }

    /// Gives every event so far, in order.
    pub(crate) fn each_event(&self, each: &mut dyn FnMut(&Event)) {
        let source = self.history.packed();
        source.visit(0, self.history.len(), each);
    }

    /// What its processes did, to be compared with another run; `None` while it goes on, or where that
    /// would take too long to wait for.
    pub(crate) fn compared(&self, python: Vec<Option<usize>>) -> Option<crate::compare::Run> {
        if !self.is_over() || self.history.len() > COMPARED {
            return None;
        }
        let mut world = World::new().scaled(self.header.time_scale);
        let mut run = crate::compare::Run::in_python(python);
        self.each_event(&mut |event| {
            world.apply(event);
            run.push(event, &world);
        });
        run.end(&world);
        Some(run)
    }
}
