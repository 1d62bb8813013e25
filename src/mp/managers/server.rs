//! The server process: holds the objects and answers requests, one thread a connection.
//!
//! Its threads start after the fork, and it never forks, so the rule of one thread does not bind it.
//! It accepts clients of its own user (`SO_PEERCRED`), where CPython has both sides prove that they
//! know a key. One lock stands for the GIL: requests do not interleave.

use std::collections::HashMap;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::sys::socket::{getsockopt, sockopt};

use super::channel::Channel;
use super::referent::Referent;
use super::request::{Answer, Request};
use crate::mp::exceptions::{Exception, Result};
use crate::object::Object;
use crate::sys::signal;

/// How long the accepter rests where it can't accept: at a limit of descriptors.
const REST: Duration = Duration::from_millis(20);

/// Serves until a client asks for the end; the whole work of the server process.
pub(super) fn serve(listener: UnixListener, address: &str) -> Option<Exception> {
    // Ctrl-C signals the whole process group; the server ends after its clients.
    if let Err(error) = signal::ignore(&[Signal::SIGINT]) {
        return Some(Exception::os(&error));
    }
    let (ended, end) = channel();
    let table = Arc::new(Mutex::new(Table::default()));
    let accepter = spawn_thread(move || accept_all(&listener, &table, &ended));
    if let Err(error) = accepter {
        return Some(Exception::os(&error));
    }
    // An error means that the accepting thread is gone: that is the end too.
    let _ = end.recv();
    let _ = std::fs::remove_file(address);
    None
}

fn spawn_thread(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().spawn(work).map(drop)
}

fn accept_all(listener: &UnixListener, table: &Arc<Mutex<Table>>, ended: &Sender<()>) {
    loop {
        let Ok((socket, _)) = listener.accept() else {
            std::thread::sleep(REST);
            continue;
        };
        if !is_ours(&socket) {
            continue;
        }
        let (table, ended) = (Arc::clone(table), ended.clone());
        // Without a thread the connection is closed; its client sees that.
        let _ = spawn_thread(move || serve_client(Channel::new(socket), &table, &ended));
    }
}

/// Whether the other end is a process of this user.
fn is_ours(socket: &UnixStream) -> bool {
    getsockopt(socket, sockopt::PeerCredentials)
        .is_ok_and(|peer| peer.uid() == nix::unistd::geteuid().as_raw())
}

/// Answers one client until it disconnects.
fn serve_client(mut channel: Channel, table: &Mutex<Table>, ended: &Sender<()>) {
    while let Ok(Some(request)) = channel.receive() {
        let last = matches!(request, Request::Shutdown);
        let answer = table
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .answer(request);
        let sent = channel.send(&answer);
        if last {
            // The receiver is gone only when the process ends.
            let _ = ended.send(());
        }
        if sent.is_err() {
            return;
        }
    }
}

/// The objects, by number.
#[derive(Debug, Default)]
struct Table {
    objects: HashMap<u64, Referent>,
    made: u64,
}

impl Table {
    fn answer(&mut self, request: Request) -> Answer {
        let value = match request {
            Request::Create(kind, init) => {
                return match Referent::new(kind, init) {
                    Ok(referent) => {
                        self.made += 1;
                        self.objects.insert(self.made, referent);
                        Answer::Made(self.made)
                    }
                    Err(error) => Answer::Failed(error),
                };
            }
            Request::Shutdown => Ok(Object::None),
            Request::Call(ident, call) => self.find(ident).and_then(|it| it.answer(call)),
        };
        value.map_or_else(Answer::Raised, Answer::Value)
    }

    fn find(&mut self, ident: u64) -> Result<&mut Referent> {
        self.objects
            .get_mut(&ident)
            .ok_or_else(|| no_such(&ident.to_string()))
    }
}

/// The error for a number the server never gave.
pub(super) fn no_such(ident: &str) -> Exception {
    Exception::new("KeyError", format!("'{ident}'"))
}
