//! Requests that the server of a manager does not answer.

use super::Cause;
use crate::inspect::graph::What;
use crate::inspect::place;
use crate::inspect::view::{View, thing};
use crate::lesson::Words;

const MANAGERS: &str = "multiprocessing/managers.py";

pub(super) fn unanswered(view: View<'_>) -> Option<Cause> {
    let What::Read(_, Some(channel)) = view.what() else {
        return None;
    };
    let (stack, heap) = (view.graph.stack(view.at)?, view.graph.heap(view.at)?);
    let frame = place::call(stack, MANAGERS, "_callmethod")?;
    let method = heap.text(frame.local(heap, "methodname")?)?;
    let proxy = frame.local(heap, "self")?;
    let name = view.object_name(proxy);
    let server = channel
        .writers
        .iter()
        .map(|end| end.pid)
        .find(|pid| *pid != view.pid());
    let named = server.map_or_else(|| "?".to_owned(), |pid| view.pid_name(pid));
    let text = Words::tell(
        "why.manager.text",
        &[
            ("who", &view.who()),
            ("at", &view.at_place()),
            ("method", &method),
            ("thing", &thing(name, &heap.type_name(proxy))),
            ("server", &named),
            ("deaths", &view.deaths_told()),
        ],
    );
    let advice = Words::tell("why.manager.advice", &[]);
    Some(
        Cause::new("manager-request-unanswered", text, advice)
            .object(name)
            .also(server),
    )
}
