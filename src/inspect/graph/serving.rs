//! Threads whose business it is to wait: servers, idle workers, feeders.

use crate::inspect::place;
use crate::inspect::process::{Process, Thread};
use crate::inspect::stack::Frame;

/// Functions in which a thread waits for whatever others want of it, and the one that it is in while it
/// does so: any, where none is named.
const SERVING: [(&str, &str, Option<&str>); 16] = [
    ("multiprocessing/pool.py", "_handle_workers", None),
    ("multiprocessing/pool.py", "_handle_tasks", Some("get")),
    // Where that is written in C.
    (
        "multiprocessing/pool.py",
        "_handle_tasks",
        Some("_handle_tasks"),
    ),
    ("multiprocessing/pool.py", "_handle_results", None),
    ("multiprocessing/managers.py", "serve_forever", None),
    ("multiprocessing/managers.py", "accepter", None),
    ("multiprocessing/managers.py", "serve_client", None),
    ("multiprocessing/resource_sharer.py", "_serve", None),
    ("multiprocessing/queues.py", "_feed", Some("wait")),
    ("concurrent/futures/process.py", "run", None),
    // To 3.8.
    (
        "concurrent/futures/process.py",
        "_queue_management_worker",
        None,
    ),
    (
        "concurrent/futures/process.py",
        "_process_worker",
        Some("get"),
    ),
    ("concurrent/futures/thread.py", "_worker", Some("_worker")),
    ("logging/handlers.py", "_monitor", None),
    ("multiprocessing/pool.py", "worker", Some("get")),
    ("multiprocessing/forkserver.py", "main", None),
];

/// Whether a thread waits for work and does none: the innermost function of the library that is on
/// its stack is a server's, and nothing of the program.
pub(super) fn serves(process: &Process, thread: &Thread) -> bool {
    if process.service().is_some() {
        return true;
    }
    let Some(stack) = &thread.stack else {
        return false;
    };
    let library = place::library_frames(stack);
    library.iter().enumerate().any(|(at, frame)| {
        let mut known = SERVING
            .iter()
            .filter(|(file, name, _)| is(frame, file, name));
        known.any(|(_, _, inside)| {
            let innermost = &library[..=at];
            inside.is_none_or(|name| match innermost {
                [only] => only.code.name == name,
                [.., above, _] => above.code.name == name,
                [] => false,
            })
        })
    })
}

fn is(frame: &Frame, file: &str, name: &str) -> bool {
    frame.code.name == name && frame.code.file.ends_with(file)
}
