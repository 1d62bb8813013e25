//! `Feeder`: messages a process has put that the ring had no room for yet.
//!
//! CPython has a thread for this. Here the process itself feeds the ring, inside every call of `mp`
//! and at its end until all is out. A forked child begins with an empty feeder.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::sync::atomic::AtomicU32;

use crate::mp::ring::{MessageId, Progress, Pushed, Ring};
use crate::mp::tracer::{Call, Ended, NO_ARGS};
use crate::mp::wait::{self, Poll, Pump, Watched};
use crate::mp::{context, util};
use crate::trace::OpName;

/// CPython's priority of joining a queue's thread: after the children have been joined.
const AT_EXIT: i32 = -5;

/// Nothing changes this word: a wait on it ends through a pump.
pub(crate) static NEVER: AtomicU32 = AtomicU32::new(0);

#[derive(Debug)]
pub(crate) struct Feeder {
    /// The object it feeds for.
    id: String,
    at: &'static Location<'static>,
    ring: Rc<Ring>,
    me: Weak<Feeder>,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The process these messages are of.
    owner: u32,
    waiting: VecDeque<Outgoing>,
    /// It will be emptied at the end of the process.
    kept: bool,
    /// Its messages may be lost at the end of the process.
    cancelled: bool,
}

#[derive(Debug)]
struct Outgoing {
    bytes: Vec<u8>,
    item: MessageId,
    progress: Progress,
}

impl State {
    /// Drops what a fork has copied from the parent.
    #[inline]
    fn own(&mut self) {
        let me = context::pid();
        if self.owner != me {
            *self = State {
                owner: me,
                ..State::default()
            };
        }
    }
}

impl Feeder {
    pub(crate) fn new(id: &str, ring: &Rc<Ring>, at: &'static Location<'static>) -> Rc<Feeder> {
        Rc::new_cyclic(|me| Feeder {
            id: id.to_owned(),
            at,
            ring: Rc::clone(ring),
            me: me.clone(),
            state: RefCell::new(State::default()),
        })
    }

    /// Sends a message: at once if there is room, else as soon as there is. Never waits.
    pub(crate) fn put(&self, bytes: Vec<u8>, item: MessageId) {
        let mut state = self.state.borrow_mut();
        state.own();
        let mut progress = Progress::default();
        if state.waiting.is_empty()
            && self.ring.push(&bytes, item, &mut progress, false) == Pushed::Whole
        {
            return;
        }
        state.waiting.push_back(Outgoing {
            bytes,
            item,
            progress,
        });
        let first = state.waiting.len() == 1;
        let keep = !std::mem::replace(&mut state.kept, true);
        drop(state);
        if first {
            wait::register(self.me.clone());
        } else {
            self.pump();
        }
        if keep && let Some(me) = self.me.upgrade() {
            util::at_exit(AT_EXIT, move || me.finish());
        }
    }

    /// Whether all is out.
    pub(crate) fn is_empty(&self) -> bool {
        let mut state = self.state.borrow_mut();
        state.own();
        state.waiting.is_empty()
    }

    /// Waits until all is out; false at the deadline.
    pub(crate) fn drain(&self, deadline: Option<i64>) -> bool {
        let poll = || {
            if self.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Wait(0)
            }
        };
        wait::until(&NEVER, deadline, poll).is_some()
    }

    /// The end of the process does not wait for what is not out by then.
    pub(crate) fn cancel(&self) {
        let mut state = self.state.borrow_mut();
        state.own();
        state.cancelled = true;
    }

    /// Drops what is not out.
    pub(crate) fn clear(&self) {
        *self.state.borrow_mut() = State {
            owner: context::pid(),
            cancelled: true,
            ..State::default()
        };
    }

    /// The end of the process: it stays until all is out.
    fn finish(&self) {
        if self.state.borrow().cancelled || self.drain(wait::NOW) {
            return;
        }
        let (id, at) = (Some(&*self.id), Some(self.at));
        let mut call = Call::ungated(OpName::JoinThread, id, at, NO_ARGS);
        call.waiting();
        self.drain(None);
        call.done(None, Ended::Plain);
    }
}

impl Pump for Feeder {
    fn pump(&self) -> bool {
        let Ok(mut state) = self.state.try_borrow_mut() else {
            return true;
        };
        state.own();
        while let Some(next) = state.waiting.front_mut() {
            if self
                .ring
                .push(&next.bytes, next.item, &mut next.progress, false)
                != Pushed::Whole
            {
                return true;
            }
            state.waiting.pop_front();
        }
        false
    }

    fn watch(&self, watch: &mut Vec<Watched>) {
        if let Ok(state) = self.state.try_borrow()
            && state.owner == context::pid()
            && let Some(next) = state.waiting.front()
        {
            watch.push(self.ring.watch_push(&next.bytes, &next.progress));
        }
    }
}
