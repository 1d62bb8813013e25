//! Two runs on one time axis: the play head of one is the play head of both.
//!
//! Times are those of the runs, from their beginnings. Moved by `update`, drawn by `panel::compare`.

use std::time::Instant;

use super::action::Seek;
use super::app::App;
use super::run::RunView;

impl App {
    /// The runs that are looked at: both where they are compared.
    fn heads(&mut self) -> impl Iterator<Item = &mut RunView> {
        let other = if self.comparing {
            self.previous.as_mut()
        } else {
            None
        };
        self.run.as_mut().into_iter().chain(other)
    }

    /// Where the common play head stands, and where the longer run ends; ns.
    pub(crate) fn pair_times(&self) -> (i64, i64) {
        let runs = [&self.run, &self.previous];
        let runs = || runs.into_iter().flatten();
        let end = runs().map(RunView::end).max().unwrap_or(0);
        let past = runs().filter(|run| !run.is_now());
        let head = past.map(|run| run.world().now()).max();
        (head.unwrap_or(end), end)
    }

    /// Whether both are seen as they are now.
    pub(crate) fn pair_is_now(&self) -> bool {
        let mut runs = [&self.run, &self.previous].into_iter().flatten();
        runs.all(RunView::is_now)
    }

    /// Plays on from where the head is, or holds it.
    pub(crate) fn toggle_playing(&mut self, now: Instant) {
        if !self.comparing {
            if let Some(run) = &mut self.run {
                run.toggle_playing(now);
            }
            return;
        }
        if self.heads().any(|run| run.is_playing()) {
            return self.heads().for_each(RunView::hold);
        }
        if self.pair_is_now() {
            self.heads().for_each(|run| run.seek_time(-1));
        }
        let (head, end) = self.pair_times();
        let from = if head == end { 0 } else { head };
        self.heads().for_each(|run| run.play_from(now, from));
    }

    pub(crate) fn change_speed(&mut self, by: i64, now: Instant) {
        self.heads().for_each(|run| run.change_speed(by, now));
    }

    /// Moves the common play head.
    pub(crate) fn seek_both(&mut self, seek: Seek) {
        let (head, end) = self.pair_times();
        let time = match seek {
            Seek::Now => i64::MAX,
            Seek::Events(by) => (0..by.unsigned_abs()).fold(head, |time, _| {
                let next = self
                    .heads()
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
                let selected = self.selected;
                let Some(run) = &mut self.run else { return };
                run.seek(seek, selected);
                run.world().now()
            }
        };
        self.heads().for_each(|run| run.seek_time(time));
    }
}
