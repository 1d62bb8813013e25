//! What supervisor and guard tell each other: one packet a message on the control socket.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a guard is started with, as JSON in its second argument; what it starts the main process
/// with stands in the arguments behind it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct GuardConfig {
    /// PID of the supervisor: the guard's parent, unless that has ended already.
    pub supervisor: i32,
    /// The executable of the main process.
    pub program: PathBuf,
    /// The main process is a program of the user's own, which is traced with ptrace(2).
    pub follow: bool,
    /// The signals it inherits as ignored and as blocked (bit 0 is signal 1), where it is traced: those
    /// the supervisor was started with.
    pub ignored: u64,
    pub blocked: u64,
    /// `descriptors::INPUT` is the main process's standard input; else it has none.
    pub input: bool,
    /// The run directory, which the guard removes at the end.
    pub dir: PathBuf,
}

/// What the guard tells the supervisor, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuard {
    /// The main process runs, or is stopped before its first instruction. Waits for `Held`.
    Started { pid: i32 },
    /// The main process runs but can't be traced, and why.
    NotTraced { errno: i32 },
    /// The main process could not be started.
    Failed { errno: i32 },
    /// A process was born and is stopped until `LetGo`.
    Forked { pid: i32, ppid: i32 },
    /// A process has executed another program and is stopped until `LetGo`.
    Executed { pid: i32 },
    /// A signal stopped a process, or let it go on.
    Stopped { pid: i32, stopped: bool },
    /// A process ended that another process has to collect.
    Exited { pid: i32, status: i32 },
    /// The guard collected a child: the main process or an orphan. `status` as wait(2) gives it.
    Reaped { pid: i32, status: i32 },
    /// The tree was ended; these processes had to be signalled.
    TreeEnded { pids: Vec<i32> },
    /// The processes that are left live on, traced no longer. The guard's last message.
    Left,
    /// No process of the run is left. The guard's last message.
    Empty,
}

/// What the supervisor tells the guard: a letter, and a PID where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToGuard {
    /// End the tree.
    End,
    /// Let the processes that are left live on.
    Leave,
    /// The supervisor holds a pidfd of the main process, which may be collected now.
    Held,
    /// This stopped process may go on.
    LetGo { pid: i32 },
}

impl ToGuard {
    pub(crate) fn encode(self) -> Vec<u8> {
        match self {
            ToGuard::End => b"e".to_vec(),
            ToGuard::Leave => b"l".to_vec(),
            ToGuard::Held => b"h".to_vec(),
            ToGuard::LetGo { pid } => format!("a{pid}").into_bytes(),
        }
    }

    pub(crate) fn decode(packet: &[u8]) -> Option<ToGuard> {
        match packet {
            b"e" => Some(ToGuard::End),
            b"l" => Some(ToGuard::Leave),
            b"h" => Some(ToGuard::Held),
            [b'a', pid @ ..] => {
                let pid = std::str::from_utf8(pid).ok()?.parse().ok()?;
                Some(ToGuard::LetGo { pid })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ToGuard;

    #[test]
    fn a_message_to_the_guard_is_read_as_it_was_written() {
        for message in [
            ToGuard::End,
            ToGuard::Leave,
            ToGuard::Held,
            ToGuard::LetGo { pid: 4711 },
        ] {
            assert_eq!(ToGuard::decode(&message.encode()), Some(message));
        }
        for nonsense in [&b""[..], b"a", b"ax", b"ee", b"\xff"] {
            assert_eq!(ToGuard::decode(nonsense), None);
        }
    }
}
