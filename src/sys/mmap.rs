//! Memory that parent and children share: `MAP_SHARED` mappings (mmap(2)).
//!
//! Owns `Block`, a bounds-checked piece of a mapping that goes when its last handle does. It gives
//! atomics and copies of bytes and nothing else: shared memory is never a Rust value that another
//! process could change behind a reference.

use std::ffi::CStr;
use std::io;
use std::num::NonZeroUsize;
use std::os::fd::{BorrowedFd, FromRawFd as _, OwnedFd, RawFd};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64};

use nix::sys::mman::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};

/// Memory without a name in any folder, as a descriptor that closes at exec (memfd_create(2)).
///
/// By the system call itself: the C library has its wrapper since glibc 2.27 only, and this would be the
/// one symbol that keeps the program from older ones.
pub fn memfd(name: &CStr) -> io::Result<OwnedFd> {
    // SAFETY: the name is a C string that outlives the call, which keeps no pointer to it.
    let fd = unsafe { libc::syscall(libc::SYS_memfd_create, name.as_ptr(), libc::MFD_CLOEXEC) };
    let fd = RawFd::try_from(fd).map_err(io::Error::other)?;
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// One mapping of whole pages.
#[derive(Debug)]
struct Mapping {
    start: NonNull<u8>,
    len: NonZeroUsize,
}

// SAFETY: a mapping is plain memory valid in every thread; access goes through atomics and copies.
unsafe impl Send for Mapping {}
// SAFETY: as above; no method hands out a reference to anything but atomics.
unsafe impl Sync for Mapping {}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: start and len are what mmap gave, and no Block outlives its Mapping.
        let _ = unsafe { munmap(self.start.cast(), self.len.get()) };
    }
}

/// A piece of shared memory; cloning gives another handle on the same bytes.
#[derive(Debug, Clone)]
pub struct Block {
    mapping: Arc<Mapping>,
    /// First byte of this piece, inside the mapping.
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: as for Mapping, which it keeps alive.
unsafe impl Send for Block {}
// SAFETY: as for Mapping.
unsafe impl Sync for Block {}

/// One word of shared memory.
#[derive(Debug, Clone)]
pub struct Word {
    _mapping: Arc<Mapping>,
    at: NonNull<AtomicU32>,
}

// SAFETY: as for Mapping, which it keeps alive; the word is only used atomically.
unsafe impl Send for Word {}
// SAFETY: as above.
unsafe impl Sync for Word {}

impl std::ops::Deref for Word {
    type Target = AtomicU32;

    #[inline]
    fn deref(&self) -> &AtomicU32 {
        // SAFETY: `Block::word` checked bounds and alignment, and the mapping lives as long as this.
        unsafe { self.at.as_ref() }
    }
}

impl Block {
    /// Maps `len` bytes of zeroed memory, shared with every process forked from now on.
    pub fn map(len: usize) -> io::Result<Block> {
        let len = NonZeroUsize::new(len).unwrap_or(NonZeroUsize::MIN);
        let flags = MapFlags::MAP_SHARED | MapFlags::MAP_NORESERVE;
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches no other.
        let start = unsafe {
            mmap_anonymous(
                None,
                len,
                ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
                flags,
            )
        }?;
        Ok(Block::whole(start.cast(), len))
    }

    /// Maps the first `len` bytes of a file made for sharing (a memfd of at least that size).
    pub fn map_fd(fd: BorrowedFd<'_>, len: usize) -> io::Result<Block> {
        let len = NonZeroUsize::new(len).unwrap_or(NonZeroUsize::MIN);
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice touches no other.
        let start = unsafe { mmap(None, len, protection, MapFlags::MAP_SHARED, fd, 0) }?;
        Ok(Block::whole(start.cast(), len))
    }

    fn whole(start: NonNull<u8>, len: NonZeroUsize) -> Block {
        Block {
            mapping: Arc::new(Mapping { start, len }),
            start,
            len: len.get(),
        }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The `len` bytes from `offset` on, as a block of their own.
    ///
    /// # Panics
    /// When they are not all inside this block.
    pub fn part(&self, offset: usize, len: usize) -> Block {
        let at = self.at(offset, len, 1);
        // SAFETY: `at` is inside a mapping, so it is not null.
        let start = unsafe { NonNull::new_unchecked(at) };
        Block {
            mapping: Arc::clone(&self.mapping),
            start,
            len,
        }
    }

    #[inline]
    fn at(&self, offset: usize, len: usize, align: usize) -> *mut u8 {
        let at = self.start.as_ptr().wrapping_add(offset);
        let inside = offset <= self.len && len <= self.len - offset;
        assert!(
            inside && (at as usize).is_multiple_of(align),
            "bytes {offset}+{len} are outside a shared block"
        );
        at
    }

    /// The byte at `offset`.
    #[inline]
    pub fn u8(&self, offset: usize) -> &AtomicU8 {
        let at = self.at(offset, 1, 1);
        // SAFETY: in bounds, mapped as long as &self lives, and only ever used atomically or by byte
        // copies under a lock that orders them.
        unsafe { AtomicU8::from_ptr(at) }
    }

    /// The half word at byte `offset`, a multiple of 2.
    #[inline]
    #[expect(clippy::cast_ptr_alignment, reason = "`at` checks the alignment")]
    pub fn u16(&self, offset: usize) -> &AtomicU16 {
        let at = self.at(offset, 2, 2).cast::<u16>();
        // SAFETY: as for u8, and aligned.
        unsafe { AtomicU16::from_ptr(at) }
    }

    /// The word at byte `offset`, a multiple of 4.
    #[inline]
    #[expect(clippy::cast_ptr_alignment, reason = "`at` checks the alignment")]
    pub fn u32(&self, offset: usize) -> &AtomicU32 {
        let at = self.at(offset, 4, 4).cast::<u32>();
        // SAFETY: in bounds, aligned, mapped as long as &self lives, and only ever used atomically
        // or by byte copies under a lock that orders them.
        unsafe { AtomicU32::from_ptr(at) }
    }

    /// The word at byte `offset`, as a handle of its own: found once, it has no bounds to check.
    ///
    /// # Panics
    /// When it is not inside this block, or `offset` is no multiple of 4.
    #[expect(clippy::cast_ptr_alignment, reason = "`at` checks the alignment")]
    pub fn word(&self, offset: usize) -> Word {
        let at = self.at(offset, 4, 4).cast::<AtomicU32>();
        Word {
            _mapping: Arc::clone(&self.mapping),
            // SAFETY: `at` is inside a mapping, so it is not null.
            at: unsafe { NonNull::new_unchecked(at) },
        }
    }

    /// The double word at byte `offset`, a multiple of 8.
    #[inline]
    #[expect(clippy::cast_ptr_alignment, reason = "`at` checks the alignment")]
    pub fn u64(&self, offset: usize) -> &AtomicU64 {
        let at = self.at(offset, 8, 8).cast::<u64>();
        // SAFETY: as for u32.
        unsafe { AtomicU64::from_ptr(at) }
    }

    /// Copies `to.len()` bytes out, from byte `offset` on. The caller's lock keeps writers away.
    #[inline]
    pub fn read(&self, offset: usize, to: &mut [u8]) {
        let from = self.at(offset, to.len(), 1);
        // SAFETY: in bounds; `to` is private memory and can't overlap a shared mapping.
        unsafe { std::ptr::copy_nonoverlapping(from, to.as_mut_ptr(), to.len()) };
    }

    /// Appends `len` bytes to a vector, from byte `offset` on. The caller's lock keeps writers away.
    #[inline]
    pub fn append_to(&self, offset: usize, len: usize, to: &mut Vec<u8>) {
        let from = self.at(offset, len, 1);
        to.reserve(len);
        let room = to.spare_capacity_mut().as_mut_ptr().cast::<u8>();
        // SAFETY: in bounds; the vector has room for `len` bytes more, in private memory.
        unsafe { std::ptr::copy_nonoverlapping(from, room, len) };
        // SAFETY: the bytes up to there have just been written, and the capacity was reserved.
        unsafe { to.set_len(to.len() + len) };
    }

    /// Copies bytes in, from byte `offset` on. The caller's lock keeps readers and writers away.
    #[inline]
    pub fn write(&self, offset: usize, from: &[u8]) {
        let to = self.at(offset, from.len(), 1);
        // SAFETY: in bounds; `from` is private memory and can't overlap a shared mapping.
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len()) };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::Block;

    #[test]
    fn memory_without_a_name_closes_at_exec() {
        let fd = super::memfd(c"forklore-test").expect("memory");
        let flags = nix::fcntl::fcntl(&fd, nix::fcntl::FcntlArg::F_GETFD).expect("our own");
        assert_eq!(flags, libc::FD_CLOEXEC);
        nix::unistd::ftruncate(&fd, 8).expect("room");
    }

    #[test]
    fn parts_share_their_bytes() {
        let block = Block::map(64).expect("64 bytes can be mapped");
        let part = block.part(8, 16);
        part.u32(4).store(0x0403_0201, Ordering::SeqCst);
        let mut bytes = [0; 4];
        block.read(12, &mut bytes);
        assert_eq!(bytes, [1, 2, 3, 4]);
        let mut all = vec![0];
        block.append_to(12, 3, &mut all);
        assert_eq!(all, [0, 1, 2, 3]);
        assert_eq!(part.u16(6).load(Ordering::SeqCst), 0x0403);
        assert_eq!(part.u8(7).load(Ordering::SeqCst), 4);
        let word = part.word(4);
        word.fetch_add(1, Ordering::SeqCst);
        assert_eq!(block.u32(12).load(Ordering::SeqCst), 0x0403_0202);
        block.write(8, &[9]);
        assert_eq!(part.u64(0).load(Ordering::SeqCst) & 0xff, 9);
    }

    #[test]
    #[should_panic(expected = "outside a shared block")]
    fn a_read_beyond_the_block_is_refused() {
        let block = Block::map(64).expect("64 bytes can be mapped").part(0, 8);
        block.read(4, &mut [0; 8]);
    }
}
