//! The loop of every headless command: events from a `Feed` are folded and shown until they end, a signal comes, or nobody reads any more.
//!
//! A live run that is to end is ended in order and heard to its end; a recording is just left.

use std::io;
use std::time::Duration;

use super::outlet::{Outlet, WriteError};
use crate::engine::shutdown::{Request, Shutdown};
use crate::feed::{Control, ControlError, Feed, FeedItem};
use crate::finding::Findings;
use crate::model::World;
use crate::sys::clock;
use crate::trace::{Batch, Event, Kind};

/// How long the loop waits for events before it looks for a signal.
const LOOK_UP: Duration = Duration::from_millis(50);

/// What makes pages of events.
pub(crate) trait Show {
    /// Adds to the page what there is to say while nothing happens.
    fn idle(&mut self, _world: &World, _page: &mut Vec<u8>) {}

    /// The run may stand still: adds to the page why.
    fn still(&mut self, _findings: &Findings, _page: &mut Vec<u8>) {}

    /// Adds to the page what the event, folded by now, has brought. It comes with its line.
    fn after(&mut self, event: (&[u8], &Event), world: &World, page: &mut Vec<u8>);
}

/// Says no more why a run stands still: its end does.
struct Quiet<'a>(&'a mut dyn Show);

impl Show for Quiet<'_> {
    fn after(&mut self, event: (&[u8], &Event), world: &World, page: &mut Vec<u8>) {
        self.0.after(event, world, page);
    }
}

/// Shows nothing.
pub(crate) struct Silent;

impl Show for Silent {
    fn after(&mut self, _: (&[u8], &Event), _: &World, _: &mut Vec<u8>) {}
}

/// How the loop ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// There are no more events.
    Over,
    /// A signal asked for it.
    Asked(Request),
    /// stdout could not be written any more.
    OutputLost(io::Error),
}

impl From<WriteError> for Ending {
    fn from(error: WriteError) -> Ending {
        match error {
            WriteError::Asked(request) => Ending::Asked(request),
            WriteError::Lost(error) => Ending::OutputLost(error),
        }
    }
}

/// What a feed that was driven to its end came to.
pub(crate) struct Driven {
    pub world: World,
    pub findings: Findings,
    pub ending: Ending,
}

/// What a feed is driven with.
pub(crate) struct Driver<'a> {
    pub shutdown: &'a Shutdown,
    /// What the run's sleeps are multiplied by.
    pub time_scale: f64,
    /// Where pages go; `None` where nothing is shown.
    pub outlet: Option<&'a Outlet>,
    pub interrupts: Interrupts,
}

/// What Ctrl-C means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interrupts {
    /// The end of the run.
    End,
    /// The first one is the program's, as at a terminal; the next one is ours.
    PassOnce,
}

impl Driver<'_> {
    /// Drives the feed to its end and gives what it came to. The page `first` goes before it.
    pub(crate) fn drive(
        &mut self,
        feed: &mut dyn Feed,
        show: &mut dyn Show,
        first: Vec<u8>,
    ) -> Driven {
        let mut world = World::new().scaled(self.time_scale);
        let mut findings = Findings::new();
        let ending = self.follow(feed, show, first, (&mut world, &mut findings));
        findings.end(&world);
        Driven {
            world,
            findings,
            ending,
        }
    }

    fn follow(
        &mut self,
        feed: &mut dyn Feed,
        show: &mut dyn Show,
        first: Vec<u8>,
        (world, findings): (&mut World, &mut Findings),
    ) -> Ending {
        let mut ending = Ending::Over;
        // Of a run that is being ended pages still go out as long as the reader keeps up.
        let mut keeps_up = true;
        if let Err(error) = self.send(feed, first) {
            ending = error.into();
            if feed.control(Control::Stop) == Err(ControlError::Unable) {
                return ending;
            }
        }
        loop {
            let error = match feed.poll(clock::instant() + LOOK_UP) {
                FeedItem::End => break,
                FeedItem::Idle => {
                    let mut page = Vec::new();
                    show.idle(world, &mut page);
                    self.look_up(feed).or_else(|| self.send(feed, page).err())
                }
                FeedItem::Events(batch) => {
                    // What nobody will see any more is folded all the same, which is quicker.
                    let page = match ending {
                        Ending::Over => fold(world, findings, &batch, show),
                        Ending::Asked(_) if keeps_up => {
                            fold(world, findings, &batch, &mut Quiet(show))
                        }
                        _ => fold(world, findings, &batch, &mut Silent),
                    };
                    feed.give_back(batch);
                    match ending {
                        Ending::Over => self.look_up(feed).or_else(|| self.send(feed, page).err()),
                        // Once the end was asked for nobody is waited for any more.
                        Ending::Asked(_) => {
                            keeps_up = keeps_up && self.offer(page);
                            None
                        }
                        Ending::OutputLost(_) => None,
                    }
                }
            };
            if let (Ending::Over, Some(error)) = (&ending, error) {
                ending = error.into();
                // A run that is over has its last events on their way; a recording is just left.
                if feed.control(Control::Stop) == Err(ControlError::Unable) {
                    break;
                }
            }
        }
        ending
    }

    /// Looks for a signal, and whether anybody still reads.
    fn look_up(&mut self, feed: &mut dyn Feed) -> Option<WriteError> {
        if let Ok(request) = self.shutdown.requests().try_recv()
            && !self.passes_on(feed, request)
        {
            return Some(WriteError::Asked(request));
        }
        let gone = self.outlet.is_some_and(Outlet::is_gone);
        gone.then(|| WriteError::Lost(io::ErrorKind::BrokenPipe.into()))
    }

    /// Whether the request was the program's and has been passed on to it.
    fn passes_on(&mut self, feed: &mut dyn Feed, request: Request) -> bool {
        let its_own = self.interrupts == Interrupts::PassOnce && request == Request::Interrupt;
        if its_own {
            self.interrupts = Interrupts::End;
        }
        its_own && feed.control(Control::Interrupt).is_ok()
    }

    fn offer(&self, page: Vec<u8>) -> bool {
        self.outlet.is_none_or(|outlet| outlet.offer(page))
    }

    fn send(&mut self, feed: &mut dyn Feed, page: Vec<u8>) -> Result<(), WriteError> {
        let Some(outlet) = self.outlet else {
            return Ok(());
        };
        if self.interrupts == Interrupts::End {
            return outlet.write(page, self.shutdown);
        }
        // A page that had to wait for a slow reader while Ctrl-C came is sent again.
        match outlet.write(page.clone(), self.shutdown) {
            Err(WriteError::Asked(request)) if self.passes_on(feed, request) => {
                outlet.write(page, self.shutdown)
            }
            sent => sent,
        }
    }
}

fn fold(world: &mut World, findings: &mut Findings, batch: &Batch, show: &mut dyn Show) -> Vec<u8> {
    let mut page = Vec::new();
    for (line, event) in batch.lines() {
        findings.apply(world, event);
        show.after((line, event), world, &mut page);
        if matches!(event.kind, Kind::Look(_) | Kind::Fault(_)) {
            show.still(findings, &mut page);
        }
    }
    page
}
