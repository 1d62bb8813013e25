//! What the explorer tells the process that it has every execution forked from: a byte each.

/// The answer to `End`, once nothing is left.
pub(crate) const ENDED: u8 = b'd';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToZygote {
    /// The main process that is ready begins: end what is left of the one before, make the next ready.
    Begin,
    /// End them all.
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
