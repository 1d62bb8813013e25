//! A living program from outside: what its processes do, and who waits for whom, without its help.
//!
//! The facts come from /proc and from the memory of the processes, which is read and never written.
//! No process is stopped. They become a graph of who waits for whom, and its causes are findings, as
//! those of a recorded run are. Called by `forklore why`.
//!
//! Stacks and objects of Python are read by code of our own and not by a library that dumps stacks:
//! who holds a lock, which results a pool still owes and what an object is called stand in the same
//! memory, and nothing has to be stopped for it.

mod channels;
mod choose;
mod doing;
mod elf;
mod graph;
mod heap;
mod layout;
mod lines;
mod names;
mod place;
mod process;
mod program;
mod report;
mod rules;
mod semaphore;
mod sockets;
mod stack;
mod view;

pub use choose::{Running, named, running};
pub use report::{Denied, LookError, Note, Report, Row, ThreadRow, look, try_memory, yama_scope};
