//! Processes that are stopped, so that others wait for them.

use super::Cause;
use crate::inspect::graph::What;
use crate::inspect::view::View;
use crate::lesson::Words;

/// A process that a signal has stopped does nothing until it is continued.
pub(super) fn stopped(view: View<'_>) -> Option<Cause> {
    if *view.what() != What::Stopped || view.graph.thread(view.at).tid != view.pid() {
        return None;
    }
    let pid = view.pid();
    let text = Words::tell("why.stopped.text", &[("who", &view.who())]);
    let advice = Words::tell("why.stopped.advice", &[("pid", &pid)]);
    Some(Cause::new("stopped", text, advice))
}
