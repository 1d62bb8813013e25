//! Which sockets belong together: the two ends of a connection on this machine, and the listener at which
//! a client waits to be accepted. Unix sockets by `sock_diag(7)`, TCP by `/proc/PID/net/tcp`.

use std::collections::HashMap;

use crate::proc::file;
use crate::sys::peek::{self, UnixSockets};

const ESTABLISHED: &str = "01";
const LISTENS: &str = "0A";

/// Sockets by inode.
#[derive(Debug, Default)]
pub(super) struct Sockets(UnixSockets);

/// A line of the table.
struct Connection<'a> {
    local: &'a str,
    remote: &'a str,
    state: &'a str,
    inode: u64,
}

impl Sockets {
    /// Those that the network namespaces of these processes have.
    pub(super) fn of(pids: impl Iterator<Item = i32>) -> Sockets {
        let mut found = peek::unix_sockets().unwrap_or_default();
        let mut seen = Vec::new();
        for pid in pids {
            let namespace = std::fs::read_link(format!("/proc/{pid}/ns/net")).ok();
            if namespace.is_some() && !seen.contains(&namespace) {
                seen.push(namespace);
                let tables = [file(pid, "net/tcp"), file(pid, "net/tcp6")];
                add(
                    &tables.map(|table| String::from_utf8_lossy(&table).into_owned()),
                    &mut found,
                );
            }
        }
        Sockets(found)
    }

    /// The other end.
    pub(super) fn peer(&self, socket: u64) -> Option<u64> {
        self.0.peers.get(&socket).copied().filter(|peer| *peer != 0)
    }

    /// The socket that listens, where nobody has accepted the connection yet.
    pub(super) fn listener(&self, socket: u64) -> Option<u64> {
        self.0.pending.get(&socket).copied()
    }
}

/// `sl local_address rem_address st … inode`: IPv4 addresses that are written as IPv6 are IPv4.
fn connection(line: &str) -> Option<Connection<'_>> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let (local, remote, state) = (words.next()?, words.next()?, words.next()?);
    let inode = words.nth(5)?.parse().ok()?;
    Some(Connection {
        local: as_four(local),
        remote: as_four(remote),
        state,
        inode,
    })
}

fn as_four(address: &str) -> &str {
    address
        .strip_prefix("0000000000000000FFFF0000")
        .unwrap_or(address)
}

fn port(address: &str) -> &str {
    address.rsplit(':').next().unwrap_or(address)
}

fn is_any(address: &str) -> bool {
    address
        .split(':')
        .next()
        .is_some_and(|host| host.bytes().all(|digit| digit == b'0'))
}

fn add(tables: &[String], found: &mut UnixSockets) {
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let all: Vec<Connection<'_>> = lines.filter_map(connection).collect();
    let of_ends: HashMap<(&str, &str), u64> = all
        .iter()
        .filter(|one| one.state == ESTABLISHED)
        .map(|one| ((one.local, one.remote), one.inode))
        .collect();
    for one in all
        .iter()
        .filter(|one| one.state == ESTABLISHED && one.inode != 0)
    {
        match of_ends.get(&(one.remote, one.local)) {
            // No process has it yet.
            Some(0) => {
                let listens = |other: &&Connection<'_>| {
                    other.state == LISTENS
                        && port(other.local) == port(one.remote)
                        && (other.local == one.remote || is_any(other.local))
                };
                if let Some(listener) = all.iter().find(listens) {
                    found.pending.insert(one.inode, listener.inode);
                }
            }
            Some(peer) => drop(found.peers.insert(one.inode, *peer)),
            // The other end is on another machine, or gone.
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Sockets, add};
    use crate::sys::peek::UnixSockets;

    #[test]
    fn the_ends_of_a_connection_find_each_other_and_their_listener() {
        let four = "sl\n\
            0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 7 1\n\
            1: 0100007F:A000 0100007F:1F90 01 0:0 0:0 0 0 0 11 1\n\
            2: 0100007F:1F90 0100007F:A000 01 0:0 0:0 0 0 0 12 1\n\
            3: 0100007F:A001 0100007F:1F90 01 0:0 0:0 0 0 0 13 1\n\
            4: 0100007F:1F90 0100007F:A001 01 0:0 0:0 0 0 0 0 1\n\
            5: 0100007F:A002 0100007F:2000 01 0:0 0:0 0 0 0 14 1\n";
        let six = "sl\n\
            0: 0000000000000000FFFF00000100007F:2000 0000000000000000FFFF00000100007F:A002 01 \
            0:0 0:0 0 0 0 15 1\n";
        let mut found = UnixSockets::default();
        add(&[four.to_owned(), six.to_owned()], &mut found);
        let sockets = Sockets(found);
        assert_eq!((sockets.peer(11), sockets.peer(12)), (Some(12), Some(11)));
        assert_eq!((sockets.peer(14), sockets.peer(15)), (Some(15), Some(14)));
        assert_eq!((sockets.peer(13), sockets.listener(13)), (None, Some(7)));
    }
}
