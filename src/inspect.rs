//! A living program from outside: what its processes do, and who waits for whom, without its help.
//!
//! The facts come from /proc and from the memory of the processes, which is read and never written.
//! No process is stopped. Called by `forklore why`.

mod call;
mod channels;
mod elf;
mod graph;
mod heap;
mod layout;
mod lines;
mod maps;
mod memory;
mod names;
mod place;
mod process;
mod program;
mod semaphore;
mod stack;

/// For a first look.
pub fn debug(pid: i32) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let Some(program) = program::Program::look(pid) else { return "none".into() };
    let graph = graph::Graph::of(&program);
    let _ = writeln!(text, "consistent {}", graph.is_consistent());
    for (at, node) in graph.nodes.iter().enumerate() {
        let process = graph.process(at);
        let _ = writeln!(text, "{} {} tid {} stuck={} serves={} {:?}", process.pid, program.name(node.process), graph.thread(at).tid, node.stuck, node.serves, node.what);
        for frame in graph.stack(at).map(place::frames).unwrap_or_default() {
            let _ = writeln!(text, "      {} {}:{}", frame.code.name, frame.code.file, frame.line);
        }
        if let graph::What::Semaphore(inode) = node.what {
            let _ = writeln!(text, "   {:?} {:?}", graph.semaphores[&inode], graph.semaphore_name(at, inode));
        }
        if let graph::What::Read(fd, Some(c)) | graph::What::Write(fd, Some(c)) = &node.what {
            let _ = writeln!(text, "   {:?} {:?}", c.fill(), graph.channel_name(at, *fd, c));
        }
    }
    let _ = writeln!(text, "{:?}", program.ended());
    text
}
