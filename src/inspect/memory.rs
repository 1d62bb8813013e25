//! The memory of another process, read without stopping it: `process_vm_readv(2)`.
//!
//! Pages are kept for one look, so that following pointers costs one call a page. Nothing is written.
//! A process that runs may change what is read: whoever reads checks what it finds.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, IoSliceMut};
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

type Page = Option<Box<[u8]>>;

/// One process's memory as it is now.
#[derive(Debug)]
pub(crate) struct Memory {
    pid: i32,
    pages: RefCell<HashMap<u64, Page>>,
}

impl Memory {
    pub(crate) fn of(pid: i32) -> Memory {
        Memory {
            pid,
            pages: RefCell::new(HashMap::new()),
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
            // A container's filter may refuse the call though the process may be looked at.
            Err(Errno::EPERM | Errno::ENOSYS) => self.fill_by_file(address, bytes),
            result => result,
        }
    }

    /// The same by `/proc/PID/mem`: three calls instead of one.
    fn fill_by_file(&self, address: u64, bytes: &mut [u8]) -> Result<usize, Errno> {
        let errno = |error: io::Error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
        let file = File::open(format!("/proc/{}/mem", self.pid)).map_err(errno)?;
        file.read_at(bytes, address).map_err(errno)
    }

    pub(crate) fn bytes(&self, address: u64, length: usize) -> Option<Vec<u8>> {
        if length > LONGEST {
            return None;
        }
        let mut found = Vec::with_capacity(length);
        let mut at = address;
        while found.len() < length {
            let start = usize::try_from(at % PAGE).ok()?;
            let rest = length - found.len();
            self.with_page(at - at % PAGE, |page| {
                let end = (start + rest).min(page.len());
                found.extend_from_slice(&page[start..end]);
            })?;
            at = at.checked_add(PAGE - at % PAGE)?;
        }
        Some(found)
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

    pub(crate) fn word(&self, address: u64) -> Option<u64> {
        let bytes = self.bytes(address, 8)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
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
        let bytes = self.bytes(address, 4)?;
        Some(i32::from_le_bytes(bytes.try_into().ok()?))
    }

    pub(crate) fn byte(&self, address: u64) -> Option<u8> {
        self.bytes(address, 1)?.first().copied()
    }

    pub(crate) fn words(&self, address: u64, count: usize) -> Option<Vec<u64>> {
        let bytes = self.bytes(address, count.checked_mul(8)?)?;
        let word = |chunk: &[u8]| chunk.try_into().map_or(0, u64::from_le_bytes);
        Some(bytes.chunks_exact(8).map(word).collect())
    }

    /// A C string of at most 255 bytes.
    pub(crate) fn c_string(&self, address: u64) -> Option<String> {
        let mut text = Vec::new();
        for at in 0..255 {
            match self.byte(address + at)? {
                0 => break,
                byte => text.push(byte),
            }
        }
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
        assert_eq!(memory.bytes(address, many.len()), Some(many));
        assert_eq!(memory.word(8), None);
        assert_eq!(memory.bytes(u64::MAX - 4, 8), None);
        let (text, mut read) = (*b"by file", [0; 7]);
        let filled = memory.fill_by_file(text.as_ptr() as u64, &mut read);
        assert_eq!((filled, read), (Ok(7), text));
    }
}
