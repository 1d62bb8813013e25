//! Pipes and connections: full without a reader, or without anybody who could write.

use super::Cause;
use super::queues::who_does;
use crate::inspect::doing::channel_thing;
use crate::inspect::graph::What;
use crate::inspect::place;
use crate::inspect::view::View;
use crate::lesson::Words;

/// Writes to a full pipe whose readers wait, too.
pub(super) fn full(view: View<'_>) -> Option<Cause> {
    let What::Write(fd, Some(channel)) = view.what() else {
        return None;
    };
    let own = view.pid();
    let name = view.graph.channel_name(view.at, *fd, channel);
    let thing = channel_thing(view, *fd, channel);
    let others: Vec<i32> = channel
        .readers
        .iter()
        .map(|end| end.pid)
        .filter(|pid| *pid != own)
        .collect();
    let unread = channel.fill().0.unwrap_or(0);
    let key = if others.is_empty() {
        "why.pipe-full.own"
    } else {
        "why.pipe-full.text"
    };
    let text = Words::tell(
        key,
        &[
            ("who", &view.who()),
            ("thing", &thing),
            ("unread", &unread),
            ("at", &view.at_place()),
            ("readers", &who_does(view, others.iter().copied())),
        ],
    );
    let advice = Words::tell("why.pipe-full.advice", &[]);
    Some(
        Cause::new("pipe-full", text, advice)
            .object(name)
            .also(others),
    )
}

/// Waits for the first word of a server that has not accepted the connection.
pub(super) fn not_accepted(view: View<'_>) -> Option<Cause> {
    let What::Read(_, Some(channel)) = view.what() else {
        return None;
    };
    if !channel.pending {
        return None;
    }
    let servers: Vec<i32> = channel.writers.iter().map(|end| end.pid).collect();
    let text = Words::tell(
        "why.not-accepted.text",
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("servers", &who_does(view, servers.iter().copied())),
        ],
    );
    let advice = Words::tell("why.not-accepted.advice", &[]);
    Some(Cause::new("never-accepted", text, advice).also(servers))
}

/// Waits for the rest of a message whose writer has ended.
pub(super) fn cut_short(view: View<'_>) -> Option<Cause> {
    const CONNECTION: &str = "multiprocessing/connection.py";
    let What::Read(fd, Some(channel)) = view.what() else {
        return None;
    };
    let (stack, heap) = (view.graph.stack(view.at)?, view.graph.heap(view.at)?);
    let frame = place::call(stack, CONNECTION, "_recv")?;
    let number = |name: &str| frame.local(heap, name).and_then(|number| heap.int(number));
    let (size, remaining) = (number("size")?, number("remaining")?);
    // The length of a message comes first, in four bytes.
    if remaining == size && size <= 4 {
        return None;
    }
    let name = view.graph.channel_name(view.at, *fd, channel);
    let text = Words::tell(
        "why.cut-short.text",
        &[
            ("who", &view.who()),
            ("thing", &channel_thing(view, *fd, channel)),
            ("at", &view.at_place()),
            ("remaining", &remaining),
            ("size", &size),
            ("deaths", &view.deaths_told()),
        ],
    );
    let advice = Words::tell("why.cut-short.advice", &[]);
    let cause = Cause::new("message-cut-short", text, advice).object(name);
    Some(cause.also(view.failed()))
}

/// Reads from a pipe that nobody will write to or close.
pub(super) fn no_end(view: View<'_>) -> Option<Cause> {
    let What::Read(fd, Some(channel)) = view.what() else {
        return None;
    };
    if view.graph.nodes[view.at].serves {
        return None;
    }
    let own = view.pid();
    let name = view.graph.channel_name(view.at, *fd, channel);
    let thing = channel_thing(view, *fd, channel);
    let others: Vec<i32> = channel
        .writers
        .iter()
        .map(|end| end.pid)
        .filter(|pid| *pid != own)
        .collect();
    let holds = channel.writers.iter().any(|end| end.pid == own);
    let (key, rule, advice) = if others.is_empty() {
        ("why.no-end.own", "no-end-of-file", "why.no-end.advice")
    } else if holds {
        ("why.no-end.both", "nothing-sent", "why.no-end.advice-both")
    } else {
        ("why.no-end.text", "nothing-sent", "why.no-end.advice-text")
    };
    let text = Words::tell(
        key,
        &[
            ("who", &view.who()),
            ("thing", &thing),
            ("at", &view.at_place()),
            ("writers", &who_does(view, others.iter().copied())),
            ("deaths", &view.deaths_told()),
        ],
    );
    Some(
        Cause::new(rule, text, Words::tell(advice, &[]))
            .object(name)
            .also(others),
    )
}
