//! `Link`: this process's way to one server: its address, its connection, its objects' witnesses.
//!
//! A connection belongs to the process that opened it. A forked child closes its parent's and opens
//! its own at its first request, so that the server tells the two apart.

use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;

use super::channel::Channel;
use super::request::{Answer, Request};
use crate::mp::exceptions::{Exception, Result};
use crate::mp::synchronize::{WITNESS_BYTES, Witness};
use crate::mp::{heap, util};
use crate::sys::mmap::Block;

/// How many objects of one server have a witness. Later ones are traced too, but the log may swap
/// two processes' operations on one of them.
const WITNESSES: usize = 4096;

thread_local! {
    /// Kept for good: a proxy may turn up inside a value when all others are dropped.
    static LINKS: RefCell<Vec<Rc<Link>>> = const { RefCell::new(Vec::new()) };
}

#[derive(Debug)]
pub(super) struct Link {
    address: String,
    /// By the objects' numbers; shared with all processes forked since the server was started.
    witnesses: Option<Block>,
    channel: RefCell<Option<Channel>>,
}

impl Link {
    /// The way to a server about to be started.
    #[track_caller]
    pub(super) fn new(address: &str) -> Result<Rc<Link>> {
        let witnesses = heap::allocate(WITNESSES * WITNESS_BYTES)?;
        Ok(Link::register(address, Some(witnesses)))
    }

    /// The way to the server a proxy speaks of. One this process was not forked with has no
    /// witnesses.
    pub(super) fn find(address: &str) -> Rc<Link> {
        let known = LINKS.with_borrow(|links| {
            let mut links = links.iter();
            links.find(|link| link.address == address).cloned()
        });
        known.unwrap_or_else(|| Link::register(address, None))
    }

    fn register(address: &str, witnesses: Option<Block>) -> Rc<Link> {
        let link = Rc::new(Link {
            address: address.to_owned(),
            witnesses,
            channel: RefCell::new(None),
        });
        LINKS.with_borrow_mut(|links| links.push(Rc::clone(&link)));
        util::register_after_fork(close_connections);
        link
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The witness of the object with this number.
    pub(super) fn witness(&self, ident: u64) -> Option<Witness> {
        let place = usize::try_from(ident)
            .ok()
            .filter(|place| *place < WITNESSES)?;
        let block = self.witnesses.as_ref()?;
        Some(Witness::new(
            block.part(place * WITNESS_BYTES, WITNESS_BYTES),
        ))
    }

    /// Sends a request over this process's connection and waits for the answer.
    pub(super) fn ask(&self, request: &Request, at: &'static Location<'static>) -> Result<Answer> {
        let mut slot = self.channel.borrow_mut();
        let channel = if let Some(channel) = &mut *slot {
            channel
        } else {
            let channel = Channel::connect(&self.address)
                .map_err(|error| Exception::os(&error).raised_at(at))?;
            slot.insert(channel)
        };
        channel.ask(request, at)
    }
}

/// Closes all connections: a forked child's copies of its parent's.
fn close_connections() {
    LINKS.with_borrow(|links| {
        for link in links {
            link.channel.replace(None);
        }
    });
}
