//! Where in the program a thread is: its own functions, apart from those of Python's library.

use super::heap::{Address, Heap};
use super::stack::{Frame, Stack};

/// Whether a file is Python's own, or an installed package's.
pub(crate) fn is_library(file: &str) -> bool {
    file.starts_with("<frozen")
        || ["/lib/python3.", "/lib64/python3.", "/lib/python3/"]
            .iter()
            .any(|folder| file.contains(folder))
}

/// A file as the program's user writes it: below its working directory without that.
pub(crate) fn short<'a>(file: &'a str, cwd: &str) -> &'a str {
    let inside = file
        .strip_prefix(cwd)
        .and_then(|rest| rest.strip_prefix('/'));
    inside.unwrap_or(file)
}

/// A file of the library as it is imported: `multiprocessing/queues.py`.
pub(crate) fn imported(file: &str) -> &str {
    let after = |folder: &str| {
        let (_, rest) = file.split_once(folder)?;
        let (version, rest) = rest.split_once('/')?;
        version
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(rest)
    };
    let inside = after("/lib/python3.").or_else(|| after("/lib64/python3."));
    inside.map_or(file, |file| {
        file.strip_prefix("site-packages/").unwrap_or(file)
    })
}

/// The frames of a stack up to where the process or the thread begins: a forked child still has its
/// parent's functions under its own.
pub(crate) fn frames(stack: &Stack) -> &[Frame] {
    let begins = |frame: &Frame| {
        frame.code.name == "_bootstrap"
            && (frame.code.file.ends_with("multiprocessing/process.py")
                || frame.code.file.ends_with("threading.py"))
    };
    let end = stack.frames.iter().position(begins);
    &stack.frames[..end.map_or(stack.frames.len(), |end| end + 1)]
}

/// Functions that the library makes from text: properties of shared values, fields of named tuples.
const MADE: [&str; 3] = ["getvalue", "setvalue", "<lambda>"];

/// Whether a function is the program's own.
pub(crate) fn is_own(frame: &Frame) -> bool {
    let made = frame.code.file == "<string>" && MADE.contains(&frame.code.name.as_str());
    !made && !is_library(&frame.code.file)
}

/// The program's own functions, innermost first.
pub(crate) fn own_frames(stack: &Stack) -> impl Iterator<Item = &Frame> {
    frames(stack).iter().filter(|frame| is_own(frame))
}

/// The library's functions that the innermost of the program's own has called, innermost first.
pub(crate) fn library_frames(stack: &Stack) -> &[Frame] {
    let frames = frames(stack);
    let end = frames.iter().position(is_own);
    &frames[..end.unwrap_or(frames.len())]
}

/// The innermost call of a function of the library: `queues.py`, `get`.
pub(crate) fn call<'a>(stack: &'a Stack, file: &str, function: &str) -> Option<&'a Frame> {
    frames(stack).iter().find(|frame| {
        frame.code.name == function
            && frame.code.file.ends_with(file)
            && is_library(&frame.code.file)
    })
}

/// `self` of such a call.
pub(crate) fn caller(heap: &Heap, stack: &Stack, file: &str, function: &str) -> Option<Address> {
    call(stack, file, function)?.local(heap, "self")
}
