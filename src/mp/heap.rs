//! Where shared objects get their memory (CPython: heap.py).
//!
//! Small objects are cut from chunks of shared memory so that a lock does not cost a mapping of its
//! own; large ones get their own. A forked child starts a chunk of its own: cutting on from its
//! parent's would give both the same bytes (CPython resets its heap there too).

use std::cell::RefCell;

use super::context;
use super::exceptions::{Exception, Result};
use crate::sys::mmap::Block;

const CHUNK: usize = 64 << 10;
/// A cache line: objects of different processes do not share one.
const ALIGN: usize = 64;

struct Arena {
    owner: u32,
    chunk: Option<Block>,
    used: usize,
}

thread_local! {
    static ARENA: RefCell<Arena> = const { RefCell::new(Arena { owner: 0, chunk: None, used: 0 }) };
}

/// `len` bytes of zeroed memory shared with every process forked from now on.
#[track_caller]
pub(crate) fn allocate(len: usize) -> Result<Block> {
    let len = len.max(1).next_multiple_of(ALIGN);
    if len > CHUNK / 4 {
        return Block::map(len).map_err(|error| Exception::os(&error));
    }
    ARENA.with_borrow_mut(|arena| {
        let me = context::pid();
        let full = arena.owner != me || arena.used + len > CHUNK;
        let chunk = match arena.chunk.take() {
            Some(chunk) if !full => chunk,
            _ => {
                arena.owner = me;
                arena.used = 0;
                Block::map(CHUNK).map_err(|error| Exception::os(&error))?
            }
        };
        let block = chunk.part(arena.used, len);
        arena.used += len;
        arena.chunk = Some(chunk);
        Ok(block)
    })
}
