//! `Manager`: dicts, lists and namespaces in a server process of their own (CPython: managers.py).
//!
//! Owns starting the server and ending it. What a process holds is a proxy; every operation of a
//! proxy is a request to the server and its answer, over a connection that each process opens at its
//! first use and keeps. Values travel as copies: what is changed inside a value got from a proxy
//! changes the copy. A proxy put into a dict or list stays a proxy.
//!
//! While traced, the client sends the event of an operation, so that the kernel names the process
//! it happened in. The client holds the object's witness over request, answer and event: no process
//! sees an effect before its event is sent, and a request that failed is recorded as failed.

mod channel;
mod dict_proxy;
mod link;
mod list_proxy;
mod methods;
mod namespace_proxy;
mod proxy;
mod referent;
mod request;
mod server;

use std::cell::Cell;
use std::panic::Location;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::signal::Signal;

pub use dict_proxy::DictProxy;
pub use list_proxy::ListProxy;
pub use namespace_proxy::NamespaceProxy;

use super::exceptions::{Exception, Result};
use super::process::{Child, SpawnSpec, reap_finished, spawn};
use super::tracer::{self, Call, Ended, NO_ARGS};
use super::{context, stdio, util};
use crate::object::{Object, ProxyKind, ProxyRef};
use crate::sys::{clock, private};
use crate::trace::{OpName, Role};
use channel::Channel;
use link::Link;
use proxy::Proxy;
use request::{Answer, Request, contents};

/// How long `shutdown` waits for the server to end by itself, for SIGTERM, as CPython does.
const PATIENCE: [std::time::Duration; 2] = [
    std::time::Duration::from_secs(1),
    std::time::Duration::from_millis(100),
];

#[derive(Debug)]
struct Inner {
    id: String,
    link: Rc<Link>,
    server: Rc<Child>,
    creator: u32,
    started: Cell<bool>,
}

/// A manager: the handle on a server process that holds objects for all processes of the program.
///
/// The server lives until `shutdown` or the end of the process that made it, also when the manager
/// itself is dropped before.
#[derive(Debug, Clone)]
pub struct Manager(Rc<Inner>);

impl Manager {
    /// `Manager()`: starts the server.
    ///
    /// # Errors
    /// `AssertionError` in a daemonic process; `BlockingIOError` at a limit of processes; `OSError`
    /// where no socket can be made.
    #[track_caller]
    pub fn new() -> Result<Manager> {
        let at = Location::caller();
        if context::is_daemon() {
            let text = "daemonic processes are not allowed to have children";
            return Err(Exception::assertion(text));
        }
        let path = context::next_child_path();
        let count: Vec<String> = path.iter().map(u32::to_string).collect();
        let spec = SpawnSpec {
            name: format!("SyncManager-{}", count.join(":")),
            path,
            role: Role::Manager,
            daemon: false,
        };
        reap_finished();
        stdio::flush();
        let address = new_address();
        let link = Link::new(&address)?;
        // The socket listens before the server runs: early clients wait in the backlog.
        let listener = std::os::unix::net::UnixListener::bind(&address)
            .and_then(|listener| private::socket(address.as_ref()).map(|()| listener))
            .map_err(|error| Exception::os(&error))?;
        let started = spawn(&spec, move || server::serve(listener, &address));
        let server = started.map_err(|error| {
            tracer::fault("start_failed", &format!("{}: {error}", spec.name));
            let _ = std::fs::remove_file(link.address());
            Exception::os(&error)
        })?;
        let id = context::object_id("SyncManager");
        tracer::created(&id, "SyncManager", at, &|packet| {
            packet.int("pid", i64::from(server.pid()));
        });
        let manager = Manager(Rc::new(Inner {
            id,
            link,
            server,
            creator: context::pid(),
            started: Cell::new(true),
        }));
        let finalized = manager.clone();
        util::at_exit(0, move || {
            finalized.end(at);
            // A server that was killed has left its socket behind.
            let _ = std::fs::remove_file(finalized.0.link.address());
        });
        Ok(manager)
    }

    /// Gives the object its name in the program, for the screen.
    #[track_caller]
    pub fn named(self, name: &str) -> Manager {
        tracer::named(&self.0.id, name, Location::caller());
        self
    }

    /// The server's PID.
    pub fn pid(&self) -> i32 {
        self.0.server.pid()
    }

    /// Path of the server's socket.
    pub fn address(&self) -> &str {
        self.0.link.address()
    }

    /// `manager.dict()`.
    ///
    /// # Errors
    /// `AssertionError` after `shutdown`; `ConnectionRefusedError` when the server is gone.
    #[track_caller]
    pub fn dict(&self) -> Result<DictProxy> {
        self.create(ProxyKind::Dict, Object::Dict(Vec::new()))
            .map(DictProxy::from_proxy)
    }

    /// `manager.dict(init)`: a dict or pairs.
    ///
    /// # Errors
    /// As `dict`; `RemoteError` for what a dict can't be made of.
    #[track_caller]
    pub fn dict_from(&self, init: impl Into<Object>) -> Result<DictProxy> {
        self.create(ProxyKind::Dict, init.into())
            .map(DictProxy::from_proxy)
    }

    /// `manager.list()`.
    #[track_caller]
    pub fn list(&self) -> Result<ListProxy> {
        self.create(ProxyKind::List, Object::List(Vec::new()))
            .map(ListProxy::from_proxy)
    }

    /// `manager.list(init)`: anything to iterate over.
    #[track_caller]
    pub fn list_from(&self, init: impl Into<Object>) -> Result<ListProxy> {
        self.create(ProxyKind::List, init.into())
            .map(ListProxy::from_proxy)
    }

    /// `manager.Namespace()`.
    #[track_caller]
    pub fn namespace(&self) -> Result<NamespaceProxy> {
        self.create(ProxyKind::Namespace, Object::Dict(Vec::new()))
            .map(NamespaceProxy::from_proxy)
    }

    /// `manager.Namespace(name=value, …)`.
    #[track_caller]
    pub fn namespace_from(&self, init: impl Into<Object>) -> Result<NamespaceProxy> {
        self.create(ProxyKind::Namespace, init.into())
            .map(NamespaceProxy::from_proxy)
    }

    /// Makes an object in the server, over a connection that ends with it, as CPython does.
    #[track_caller]
    fn create(&self, kind: ProxyKind, init: Object) -> Result<Proxy> {
        let at = Location::caller();
        if !self.0.started.get() {
            return Err(Exception::assertion("server not yet started"));
        }
        let init = proxy::fetched(init, at)?;
        let request = Request::Create(kind, init);
        let ident = Channel::connect(self.0.link.address())
            .map_err(|error| Exception::os(&error))?
            .ask(&request, at)?;
        let Answer::Made(ident) = ident else {
            return Err(ident.unexpected());
        };
        let id = context::object_id(kind.class());
        tracer::created(&id, kind.class(), at, &|packet| {
            packet.text("of", &self.0.id);
            if let Request::Create(kind, init) = &request {
                packet.texts("values", &contents(*kind, init));
            }
        });
        let reference = ProxyRef {
            address: self.0.link.address().to_owned(),
            ident,
            kind,
            id,
        };
        Ok(Proxy::new(Rc::clone(&self.0.link), reference))
    }

    /// Ends the server. Further requests fail; a second call and one in another process than the
    /// creator do nothing.
    #[track_caller]
    pub fn shutdown(&self) {
        self.end(Location::caller());
    }

    fn end(&self, at: &'static Location<'static>) {
        let inner = &*self.0;
        if inner.creator != context::pid() || !inner.started.replace(false) {
            return;
        }
        let call = Call::begin(OpName::Shutdown, &inner.id, at, NO_ARGS);
        if inner.server.poll().is_none() {
            // A server that does not answer is ended by a signal.
            let _ = Channel::connect(inner.link.address())
                .map_err(|error| Exception::os(&error))
                .and_then(|mut channel| channel.ask(&Request::Shutdown, at));
            for (patience, signal) in PATIENCE.into_iter().zip([Signal::SIGTERM, Signal::SIGKILL]) {
                if inner.server.wait(clock::deadline(patience)).is_some() {
                    break;
                }
                inner.server.signal(signal);
            }
            inner.server.wait(None);
        }
        call.done(None, Ended::Plain);
    }
}

/// The path of a new socket in the run's directory.
fn new_address() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
    let dir: PathBuf = context::setting(|settings| settings.dir.clone());
    let name = format!("listener-{}-{count}", context::pid());
    dir.join(name).to_string_lossy().into_owned()
}
