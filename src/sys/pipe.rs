//! How much is in a pipe: ioctl(2) with `FIONREAD`.

use std::io;
use std::os::fd::RawFd;

/// Bytes in the pipe that this descriptor of ours leads to.
///
/// # Errors
/// What the kernel says; a descriptor that is no pipe has none.
pub fn bytes_in(fd: RawFd) -> io::Result<u64> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int, and `bytes` is one that lives until the call is over.
    let done = unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut bytes) };
    if done == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(u64::try_from(bytes).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;

    #[test]
    fn bytes_that_nobody_read_are_counted() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(b"seven b").unwrap();
        assert_eq!(super::bytes_in(reader.as_raw_fd()).unwrap(), 7);
    }
}
