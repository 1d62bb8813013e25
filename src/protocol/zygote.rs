//! What the explorer tells the process that it has every execution forked from: a byte each.

/// The answer to `End`, once nothing is left.
pub(crate) const ENDED: u8 = b'd';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToZygote {
    /// Fork a main process and let it run the program.
    Begin,
    /// End whatever is left of it.
    End,
}

impl ToZygote {
    pub(crate) fn byte(self) -> u8 {
        match self {
            ToZygote::Begin => b'b',
            ToZygote::End => b'e',
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Option<ToZygote> {
        [ToZygote::Begin, ToZygote::End]
            .into_iter()
            .find(|word| word.byte() == byte)
    }
}
