//! The play head as a film needs it: moved to moments of the run, whatever the clock on the wall says.

use std::time::Instant;

use super::RunView;
use crate::trace::Event;

impl RunView {
    /// Back to before the first event.
    pub(crate) fn rewind(&mut self) {
        self.go(0);
    }

    /// Gives every event so far, in order.
    pub(crate) fn each_event(&self, each: &mut dyn FnMut(&Event)) {
        let source = self.history.packed();
        source.visit(0, self.history.len(), each);
    }

    /// When the play head passes the next event (ns of the run); `None` at the end.
    pub(crate) fn next_due(&self) -> Option<i64> {
        let (place, world) = self.past.as_ref()?;
        let t = match self.ahead.front() {
            Some(event) => event.t,
            None => self.history.event(place + 1)?.t,
        };
        Some(t.max(world.now()))
    }

    /// Plays on to the moment `t` of the run. At its end the head stands at now, as it does when it has
    /// come there by itself.
    pub(crate) fn play_to(&mut self, now: Instant, t: i64) {
        while self.past.is_some() {
            self.playing = Some((now, t));
            if !self.play(now) {
                return;
            }
        }
    }
}
