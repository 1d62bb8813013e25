//! The locks of `threading`, and who has them.

use super::{Graph, Owner, What};
use crate::inspect::heap::Address;
use crate::inspect::place;
use crate::proc::is_address;

impl Graph<'_> {
    /// The thread whose end a thread waits for, by its `threading.get_ident`.
    pub(crate) fn joins(&self, at: usize) -> Option<u64> {
        let (stack, heap) = (self.stack(at)?, self.heap(at)?);
        let is_join = |frame: &&crate::inspect::stack::Frame| {
            matches!(frame.code.name.as_str(), "join" | "_wait_for_tstate_lock")
                && frame.code.file.ends_with("threading.py")
        };
        let frame = place::library_frames(stack).iter().find(is_join)?;
        let ident = heap.attr(frame.local(heap, "self")?, "_ident")?;
        Some(heap.int(ident)?.cast_unsigned())
    }

    /// The thread that has to end, or to release, before a lock of `threading` is free.
    pub(crate) fn lock_owner(&self, at: usize) -> Owner {
        let pid = self.process(at).pid;
        if let Some(ident) = self.joins(at) {
            return self
                .by_ident(pid, ident)
                .map_or(Owner::Unknown, Owner::Thread);
        }
        let What::Lock(address) = self.nodes[at].what else {
            return Owner::Unknown;
        };
        if let Some((object, true)) = self.lock_object(at, address) {
            let owner = self.process(at).memory.pointer(object + 24);
            return match owner.map(|owner| self.by_ident(pid, owner)) {
                Some(Some(owner)) => Owner::Thread(owner),
                Some(None) => Owner::Nobody,
                None => Owner::Unknown,
            };
        }
        let import = self.import_owner(at);
        let import = import.and_then(|owner| self.by_ident(pid, owner));
        let owner = import.or_else(|| self.mutex_owner(at, address));
        owner.map_or(Owner::Unknown, Owner::Thread)
    }

    /// The lock of a module that a thread wants to import.
    fn import_lock(&self, at: usize) -> Option<Address> {
        let (stack, heap) = (self.stack(at)?, self.heap(at)?);
        let frames = place::library_frames(stack).iter();
        let mut locks = frames
            .filter(|frame| frame.code.name == "acquire" && frame.code.file.contains("importlib"));
        locks.next()?.local(heap, "self")
    }

    /// The thread that imports the module.
    fn import_owner(&self, at: usize) -> Option<u64> {
        let heap = self.heap(at)?;
        let owner = heap.attr(self.import_lock(at)?, "owner")?;
        heap.int(owner).map(i64::cast_unsigned)
    }

    /// The name of the module that a thread wants to import.
    pub(crate) fn imports(&self, at: usize) -> Option<String> {
        let heap = self.heap(at)?;
        heap.text(heap.attr(self.import_lock(at)?, "name")?)
    }

    /// The owner of a mutex of the C library: `__lock`, `__count` and `__owner` of `pthread_mutex_t`.
    pub(crate) fn mutex_owner(&self, at: usize, address: u64) -> Option<usize> {
        const CONTENDED: i32 = 2;
        let process = self.process(at);
        let state = process.memory.int(address)?;
        let owner = process.memory.int(address + 8)?;
        let is_mutex = state & CONTENDED != 0 && owner > 0;
        let owner = is_mutex.then(|| self.program.outer_thread(process, owner))??;
        (0..self.nodes.len()).find(|node| self.thread(*node).tid == owner && *node != at)
    }

    /// The lock of `threading` whose semaphore lies at this address, and whether it is an RLock.
    pub(crate) fn lock_object(&self, at: usize, address: u64) -> Option<(Address, bool)> {
        let heap = self.heap(at)?;
        let names = &self.program.names[self.nodes[at].process];
        let mut known = names.objects.iter();
        let by_name = known.find_map(|(object, name)| {
            let is_lock = matches!(name.class.as_str(), "_thread.lock" | "_thread.RLock");
            let own = is_lock || !name.part.is_empty();
            (own && heap.memory.pointer(object + 16) == Some(address))
                .then(|| (*object, heap.type_name(*object) == "_thread.RLock"))
        });
        by_name.or_else(|| {
            // `self` of a library's function may have it: Condition, ModuleLock, Handler.
            let frames = self.stack(at).map(place::frames).unwrap_or_default();
            let values = frames.iter().take(8).flat_map(|frame| {
                let own = frame
                    .locals
                    .iter()
                    .copied()
                    .filter(|value| is_address(*value));
                own.flat_map(|value| {
                    let inside = heap.attributes(value).into_iter().map(|(_, value)| value);
                    std::iter::once(value).chain(inside)
                })
            });
            let mut locks = values.filter_map(|value| {
                let class = heap.type_name(value);
                matches!(class.as_str(), "_thread.lock" | "_thread.RLock")
                    .then(|| (value, class == "_thread.RLock"))
            });
            locks.find(|(object, _)| heap.memory.pointer(object + 16) == Some(address))
        })
    }
}
