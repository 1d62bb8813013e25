//! What the supervisor tells a process that waits at the gate: one byte on its gate channel.

/// Grants that one packet holds at most. More than one are for the operations that follow: what a
/// process does is known where it is repeated.
pub(crate) const MOST_GRANTS: usize = 64;

/// How an announced operation goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// The operation is enabled: it goes through at once.
    Go,
    /// The operation ends with its timeout as the outcome.
    Expire,
    /// The gate was opened: the operation may block, as if there were no gate.
    Open,
    /// The operation begins to wait: the process sends its `op.wait` and stays at the gate, where
    /// one of the others follows.
    Begin,
}

impl Grant {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Grant::Go => b'g',
            Grant::Expire => b't',
            Grant::Open => b'o',
            Grant::Begin => b'b',
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Grant> {
        [Grant::Go, Grant::Expire, Grant::Open, Grant::Begin]
            .into_iter()
            .find(|grant| grant.byte() == byte)
    }
}

#[cfg(test)]
mod tests {
    use super::Grant;

    #[test]
    fn a_grant_is_one_byte_and_back() {
        for grant in [Grant::Go, Grant::Expire, Grant::Open, Grant::Begin] {
            assert_eq!(Grant::from_byte(grant.byte()), Some(grant));
        }
        assert_eq!(Grant::from_byte(0), None);
    }
}
