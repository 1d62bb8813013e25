//! The memory of another process, read without stopping it: `process_vm_readv(2)`, or where a container
//! forbids that, `/proc/PID/mem`.
//!
//! Pages are kept for one look, so that following pointers costs one call a page. Nothing is written.
//! A process that runs may change what is read: whoever reads checks what it finds.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasherDefault, Hasher};
use std::io::IoSliceMut;
use std::os::unix::fs::FileExt as _;

use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

const PAGE: u64 = 4096;
/// Pages kept at most: 64 MiB of a process.
const MOST_PAGES: usize = 16_384;
/// The longest string or array that is read.
const LONGEST: usize = 1 << 20;

/// Whether a number can be an address of user space; arithmetic with offsets can't overflow then.
pub(crate) fn is_address(word: u64) -> bool {
    (4096..1 << 56).contains(&word)
}

/// A table by address. Whoever chooses addresses to collide slows down a look at his own program.
pub(crate) type ByAddress<T> = HashMap<u64, T, BuildHasherDefault<AddressHasher>>;

/// One multiplication: a look asks for some hundred thousand addresses.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
}

type Page = Option<Box<[u8]>>;

/// One process's memory as it is now.
#[derive(Debug)]
pub(crate) struct Memory {
    pid: i32,
    pages: RefCell<ByAddress<Page>>,
    file: OnceCell<Option<File>>,
}

impl Memory {
    pub(crate) fn of(pid: i32) -> Memory {
        Memory {
            pid,
            pages: RefCell::default(),
            file: OnceCell::new(),
        }
    }

    /// Forgets what was read: it may have changed.
    pub(crate) fn forget(&self) {
        self.pages.borrow_mut().clear();
    }

    /// Fills `bytes` from `address`, past the kept pages.
    pub(crate) fn fill(&self, address: u64, bytes: &mut [u8]) -> Result<usize, Errno> {
        let base = usize::try_from(address).map_err(|_| Errno::EFAULT)?;
        let len = bytes.len();
        let remote = [RemoteIoVec { base, len }];
        let mut local = [IoSliceMut::new(bytes)];
        match process_vm_readv(Pid::from_raw(self.pid), &mut local, &remote) {
            Err(Errno::EPERM | Errno::ENOSYS) => self.fill_by_file(address, bytes),
            read => read,
        }
    }

    fn fill_by_file(&self, address: u64, bytes: &mut [u8]) -> Result<usize, Errno> {
        let open = || File::open(format!("/proc/{}/mem", self.pid)).ok();
        let file = self.file.get_or_init(open).as_ref().ok_or(Errno::EPERM)?;
        file.read_at(bytes, address).map_err(|_| Errno::EFAULT)
    }

    /// Looks at `length` bytes in the pieces in which they lie on pages.
    fn pieces(&self, address: u64, length: usize, mut look: impl FnMut(&[u8])) -> Option<()> {
        if length > LONGEST {
            return None;
        }
        let (mut at, mut rest) = (address, length);
        while rest > 0 {
            let start = usize::try_from(at % PAGE).ok()?;
            let mut seen = 0;
            self.with_page(at - at % PAGE, |page| {
                let end = (start + rest).min(page.len());
                seen = end - start;
                look(&page[start..end]);
            })?;
            rest -= seen;
            at = at.checked_add(seen as u64)?;
        }
        Some(())
    }

    pub(crate) fn bytes(&self, address: u64, length: usize) -> Option<Vec<u8>> {
        let mut found = Vec::with_capacity(length.min(LONGEST));
        self.pieces(address, length, |piece| found.extend_from_slice(piece))?;
        Some(found)
    }

    /// Whether these bytes lie there.
    pub(crate) fn holds(&self, address: u64, bytes: &[u8]) -> bool {
        let (mut rest, mut same) = (bytes, true);
        let seen = self.pieces(address, bytes.len(), |piece| {
            let (first, more) = rest.split_at(piece.len());
            same &= first == piece;
            rest = more;
        });
        seen.is_some() && same
    }

    fn with_page(&self, start: u64, look: impl FnOnce(&[u8])) -> Option<()> {
        let mut pages = self.pages.borrow_mut();
        if pages.len() >= MOST_PAGES && !pages.contains_key(&start) {
            return None;
        }
        let page = pages.entry(start).or_insert_with(|| {
            let mut bytes = vec![0; 4096].into_boxed_slice();
            let read = self.fill(start, &mut bytes).ok()?;
            (read == bytes.len()).then_some(bytes)
        });
        page.as_deref().map(look)
    }

    fn array<const N: usize>(&self, address: u64) -> Option<[u8; N]> {
        let (mut found, mut at) = ([0; N], 0);
        self.pieces(address, N, |piece| {
            found[at..at + piece.len()].copy_from_slice(piece);
            at += piece.len();
        })?;
        Some(found)
    }

    pub(crate) fn word(&self, address: u64) -> Option<u64> {
        self.array(address).map(u64::from_le_bytes)
    }

    /// A word that may be a pointer: what lies there may change while it is read, and be anything.
    pub(crate) fn pointer(&self, address: u64) -> Option<u64> {
        self.word(address).filter(|word| is_address(*word))
    }

    /// The pointers of an array that lead somewhere.
    pub(crate) fn pointers(&self, address: u64, count: usize) -> Option<Vec<u64>> {
        let mut words = self.words(address, count)?;
        words.retain(|word| is_address(*word));
        Some(words)
    }

    pub(crate) fn int(&self, address: u64) -> Option<i32> {
        self.array(address).map(i32::from_le_bytes)
    }

    pub(crate) fn byte(&self, address: u64) -> Option<u8> {
        self.array(address).map(u8::from_le_bytes)
    }

    pub(crate) fn words(&self, address: u64, count: usize) -> Option<Vec<u64>> {
        let bytes = self.bytes(address, count.checked_mul(8)?)?;
        let word = |chunk: &[u8]| chunk.try_into().map_or(0, u64::from_le_bytes);
        Some(bytes.chunks_exact(8).map(word).collect())
    }

    /// A C string of at most 255 bytes.
    pub(crate) fn c_string(&self, address: u64) -> Option<String> {
        let mut text = Vec::new();
        let mut at = address;
        while text.len() < 255 {
            let start = usize::try_from(at % PAGE).ok()?;
            let mut ended = false;
            self.with_page(at - at % PAGE, |page| {
                let rest = &page[start..];
                let end = rest.iter().position(|byte| *byte == 0);
                ended = end.is_some();
                text.extend_from_slice(&rest[..end.unwrap_or(rest.len()).min(255)]);
            })?;
            if ended {
                break;
            }
            at = at.checked_add(PAGE - at % PAGE)?;
        }
        text.truncate(255);
        String::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn our_own_memory_is_read_across_pages_and_a_hole_is_none() {
        let many: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let memory = Memory::of(std::process::id().cast_signed());
        let address = many.as_ptr() as u64;
        let mut part = [0; 4];
        assert_eq!(memory.fill_by_file(address + 3, &mut part), Ok(4));
        assert_eq!(part, [3, 4, 5, 6]);
        assert!(memory.holds(address + 1, &many[1..9000]));
        assert!(!memory.holds(address, &many[1..9000]));
        assert_eq!(memory.bytes(address, many.len()), Some(many));
        let text = c"a C string".as_ptr();
        assert_eq!(memory.c_string(text as u64).as_deref(), Some("a C string"));
        assert_eq!(memory.word(8), None);
        assert_eq!(memory.bytes(u64::MAX - 4, 8), None);
    }
}
