//! `Runs`: the run that is shown and the one before it, alone or side by side on one time axis.
//!
//! Compared, the play head of one is the play head of both: times are those of the runs, from their
//! beginnings. Changed by `update`; drawn by the panels and by `view::compare`.

use std::time::Instant;

use super::action::Seek;
use super::run::{Received, RunView};
use crate::compare::{Comparison, compare};
use crate::feed::Control;
use crate::lesson::Lesson;
use crate::model::World;
use crate::trace::Engine;

pub(crate) struct Runs {
    pub(crate) current: Option<RunView>,
    /// The run before it.
    pub(crate) previous: Option<RunView>,
    /// Both are shown side by side.
    pub(crate) comparing: bool,
    /// Where the two differ, once both are over.
    pub(crate) difference: Option<Comparison>,
    /// Runs there have been in this session.
    begun: u64,
    nothing: World,
}

impl Runs {
    pub(crate) fn none() -> Runs {
        Runs {
            current: None,
            previous: None,
            comparing: false,
            difference: None,
            begun: 0,
            nothing: World::new(),
        }
    }

    /// The World that is looked at; an empty one before the first run.
    pub(crate) fn world(&self) -> &World {
        self.current.as_ref().map_or(&self.nothing, RunView::world)
    }

    /// The run that is stepped by hand and looked at as it is now.
    pub(crate) fn stepped(&self) -> Option<&RunView> {
        let run = self.current.as_ref()?;
        (run.is_live() && run.is_now() && run.stepped).then_some(run)
    }

    /// The number of the run that comes next.
    pub(super) fn next_number(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    /// The current run becomes the previous one. Two runs that are compared go on side by side.
    pub(super) fn shelve(&mut self) {
        self.difference = None;
        if self.comparing {
            self.previous = self.current.take();
            return;
        }
        self.stop();
        if let Some(mut run) = self.current.take() {
            run.hold();
            self.previous = Some(run);
        }
    }

    fn both(&self) -> impl Iterator<Item = &RunView> {
        [&self.current, &self.previous].into_iter().flatten()
    }

    fn both_mut(&mut self) -> impl Iterator<Item = &mut RunView> {
        let both = [&mut self.current, &mut self.previous];
        both.into_iter().flatten()
    }

    /// The runs that are looked at: both where they are compared.
    fn shown_mut(&mut self) -> impl Iterator<Item = &mut RunView> {
        let previous = self.previous.as_mut().filter(|_| self.comparing);
        self.current.as_mut().into_iter().chain(previous)
    }

    /// Whether a run that is shown goes on, or a play head moves.
    pub(crate) fn is_going(&self) -> bool {
        self.both().any(|run| run.is_live() || run.is_playing())
    }

    /// Whether events may come or the play head move by itself.
    pub(crate) fn is_moving(&self) -> bool {
        self.both().any(|run| !run.is_over() || run.is_playing())
    }

    /// Ends the runs that go on. Dropping its feed ends a run's processes.
    pub(crate) fn stop(&mut self) {
        for run in self.both_mut().filter(|run| run.is_live()) {
            run.control(Control::Stop);
        }
    }

    /// Asks something of the run that is shown, or of both.
    pub(crate) fn control(&mut self, control: Control) {
        self.shown_mut().for_each(|run| {
            run.control(control);
        });
    }

    /// Takes events of both until the clock says `until`, and moves playing heads on. What came of each:
    /// of the current one, then of the previous one.
    pub(super) fn take(&mut self, clock: fn() -> Instant, until: Instant) -> [Received; 2] {
        [&mut self.current, &mut self.previous].map(|run| {
            let Some(run) = run else {
                return Received::default();
            };
            let mut taken = run.take(clock, until);
            taken.came |= run.play(clock());
            taken
        })
    }

    /// Compares the two runs, where both are over and shown. Runs of two lessons differ from their
    /// first step on, which nobody need be told.
    pub(crate) fn compare(&mut self, lesson: Option<&Lesson>) {
        if !self.comparing || self.difference.is_some() {
            return;
        }
        let (Some(one), Some(other)) = (&self.previous, &self.current) else {
            return;
        };
        if one.header.lesson == other.header.lesson {
            // Of a native run the learner reads program.py, not the twin.
            let python = |run: &RunView| {
                let native = run.header.engine.engine() == Engine::Native;
                let lesson = lesson.filter(|lesson| native && lesson.slug() == run.header.lesson);
                lesson.map_or_else(Vec::new, Lesson::python_lines)
            };
            let pair = one.compared(python(one)).zip(other.compared(python(other)));
            self.difference = pair.map(|(one, other)| compare(&one, &other));
        }
    }

    /// Where the common play head stands, and where the longer run ends; ns.
    pub(crate) fn times(&self) -> (i64, i64) {
        let end = self.both().map(RunView::end).max().unwrap_or(0);
        let past = self.both().filter(|run| !run.is_now());
        let head = past.map(|run| run.world().now()).max();
        (head.unwrap_or(end), end)
    }

    /// Whether both are seen as they are now.
    pub(crate) fn are_now(&self) -> bool {
        self.both().all(RunView::is_now)
    }

    /// Plays on from where the head is, or holds it.
    pub(crate) fn toggle_playing(&mut self, now: Instant) {
        if !self.comparing {
            if let Some(run) = &mut self.current {
                run.toggle_playing(now);
            }
            return;
        }
        if self.shown_mut().any(|run| run.is_playing()) {
            return self.shown_mut().for_each(RunView::hold);
        }
        if self.are_now() {
            self.shown_mut().for_each(|run| run.seek_time(-1));
        }
        let (head, end) = self.times();
        let from = if head == end { 0 } else { head };
        self.shown_mut().for_each(|run| run.play_from(now, from));
    }

    pub(crate) fn change_speed(&mut self, by: i64, now: Instant) {
        self.shown_mut().for_each(|run| run.change_speed(by, now));
    }

    /// Moves the common play head.
    pub(crate) fn seek_both(&mut self, seek: Seek, selected: Option<u32>) {
        let (head, end) = self.times();
        let time = match seek {
            Seek::Now => i64::MAX,
            Seek::Events(by) => (0..by.unsigned_abs()).fold(head, |time, _| {
                let next = self
                    .shown_mut()
                    .filter_map(|run| run.event_time(time, by.signum()));
                let next = if by > 0 { next.min() } else { next.max() };
                // Before the first event of both: nothing has happened.
                next.unwrap_or(if by > 0 { i64::MAX } else { -1 })
            }),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                reason = "a place on the bar"
            )]
            Seek::Share(share) => (share.clamp(0.0, 1.0) * end as f64) as i64,
            // What is found in the run that is newer is where both go.
            Seek::Marker(_) | Seek::Process(_) | Seek::Alike(_) => {
                let Some(run) = &mut self.current else { return };
                run.seek(seek, selected);
                run.world().now()
            }
        };
        self.shown_mut().for_each(|run| run.seek_time(time));
    }
}
