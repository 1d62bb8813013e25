//! A living program from outside: what its processes do, and who waits for whom, without its help.
//!
//! The facts come from /proc and from the memory of the processes, which is read and never written.
//! No process is stopped. Called by `forklore why`.

mod call;
mod elf;
mod heap;
mod layout;
mod lines;
mod maps;
mod memory;
mod process;
mod stack;

/// For a first look.
pub fn debug(pid: i32) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let mut files = stack::Files::default();
    let Some(process) = process::Process::look(pid, &mut files) else { return "none".into() };
    let _ = writeln!(text, "{} {} {:?} {} {:?}", process.pid, process.state, process.command, process.exe, process.unknown_python);
    for thread in &process.threads {
        let _ = writeln!(text, "  {} {} {:?}", thread.tid, thread.name, thread.call);
        for frame in thread.stack.iter().flat_map(|stack| &stack.frames) {
            let heap = &process.python.as_ref().unwrap().heap;
            let locals: Vec<String> = frame.code.variables.iter().map(|name| format!("{name}={}", frame.local(heap, name).map_or("-".into(), |v| {
                heap.text(v).or_else(|| heap.int(v).map(|v| v.to_string())).unwrap_or_else(|| {
                    let a: Vec<String> = heap.attributes(v).into_iter().filter_map(|(k, v)| Some(format!("{}:{}", heap.text(k)?, heap.type_name(v)))).collect();
                    format!("{}{{{}}}", heap.type_name(v), a.join(","))
                })
            }))).collect();
            let _ = writeln!(text, "      {} {}:{} {}", frame.code.name, frame.code.file, frame.line, locals.join(" "));
        }
    }
    text
}
