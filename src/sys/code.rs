//! Functions named by their address, between processes forked from one image.
//!
//! A forked child has its parent's code at the same addresses, so an address can name a function. An
//! address is called only with a seal that proves its origin: the key is in private memory, which only
//! a fork copies.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// A function from bytes to bytes that depends only on its arguments.
pub type Entry<R> = fn(&[u8], &mut Vec<u8>) -> R;

/// The plain function that does what `f` does. `f` must not capture anything, so that its type is all
/// of it; a closure that captures does not compile.
pub fn entry<F, R>(f: F) -> Entry<R>
where
    F: Fn(&[u8], &mut Vec<u8>) -> R + Copy + 'static,
{
    const {
        assert!(
            size_of::<F>() == 0,
            "a function given to a pool must not capture its surroundings: pass what it needs as arguments"
        );
    }
    let _ = f;
    |bytes, into| {
        let f = MaybeUninit::<F>::uninit();
        // SAFETY: a value of F was given to `entry`, which alone makes this function; F is Copy, so
        // there may be another, and it has no bytes that could be uninitialised.
        let f = unsafe { f.assume_init() };
        f(bytes, into)
    }
}

/// Seals addresses, and opens its own seals, in this process or in one forked after it was made.
pub struct Seal<R> {
    key: RandomState,
    entries: PhantomData<Entry<R>>,
}

impl<R> Default for Seal<R> {
    fn default() -> Seal<R> {
        Seal {
            key: RandomState::new(),
            entries: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Seal<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

impl<R> Seal<R> {
    /// An address with its seal.
    pub fn close(&self, entry: Entry<R>) -> [u64; 2] {
        let address = entry as usize as u64;
        [address, self.key.hash_one(address)]
    }

    /// The function behind this seal. `None` for anything else.
    pub fn open(&self, [address, seal]: [u64; 2]) -> Option<Entry<R>> {
        if self.key.hash_one(address) != seal {
            return None;
        }
        let address = usize::try_from(address).ok()? as *const ();
        // SAFETY: the seal matches, so `close` was given this address as an Entry<R>, in this
        // process or one whose image this process is a fork of.
        Some(unsafe { std::mem::transmute::<*const (), Entry<R>>(address) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Seal, entry};

    fn count(bytes: &[u8], into: &mut Vec<u8>) -> usize {
        into.extend_from_slice(bytes);
        bytes.len()
    }

    #[test]
    fn what_was_closed_can_be_opened_and_called() {
        let seal = Seal::default();
        let inner = |bytes: &[u8], into: &mut Vec<u8>| count(bytes, into) + 1;
        let closed = seal.close(entry(move |bytes, into| inner(bytes, into) * 2));
        let opened = seal.open(closed).expect("its own seal");
        let mut bytes = Vec::new();
        assert_eq!(
            (opened(b"abc", &mut bytes), bytes.as_slice()),
            (8, &b"abc"[..])
        );
    }

    #[test]
    fn a_wrong_seal_opens_nothing() {
        let seal = Seal::default();
        let [address, proof] = seal.close(entry(count));
        assert!(seal.open([address, proof ^ 1]).is_none());
        assert!(seal.open([address + 16, proof]).is_none());
        assert!(
            Seal::<usize>::default()
                .open(seal.close(entry(count)))
                .is_none()
        );
    }
}
