//! Locks of files: held by whoever waits, too, or by a copy of the descriptor that a child has inherited;
//! and FIFOs whose other end nobody has open.

use super::Cause;
use super::queues::who_does;
use crate::finding::Certainty;
use crate::inspect::graph::What;
use crate::inspect::view::View;
use crate::lesson::Words;
use crate::text::clean;

pub(super) fn lock(view: View<'_>) -> Option<Cause> {
    let What::File { path, owners } = view.what() else {
        return None;
    };
    let own = view.pid();
    let others: Vec<i32> = owners.iter().copied().filter(|pid| *pid != own).collect();
    let key = if others.is_empty() {
        "why.file-lock.own"
    } else {
        "why.file-lock.text"
    };
    let path = clean(path);
    let text = Words::tell(
        key,
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("path", &path),
            ("owners", &who_does(view, others.iter().copied())),
        ],
    );
    let advice = Words::tell("why.file-lock.advice", &[]);
    let mut cause = Cause::new("file-lock", text, advice).also(others);
    cause.objects.push(path.into_owned());
    Some(cause)
}

/// Anybody may open the other end of a FIFO, so this is no more than a hint.
pub(super) fn fifo(view: View<'_>) -> Option<Cause> {
    let What::Fifo(path) = view.what() else {
        return None;
    };
    let path = clean(path);
    let text = Words::tell(
        "why.fifo.text",
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("path", &path),
        ],
    );
    let advice = Words::tell("why.fifo.advice", &[]);
    let mut cause = Cause::new("fifo-not-opened", text, advice).sure(Certainty::Hint);
    cause.objects.push(path.into_owned());
    Some(cause)
}
