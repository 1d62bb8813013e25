//! The name a process shows in ps: its argument area, overwritten, and its comm.
//!
//! Works without privilege: the bytes between `arg_start` and `arg_end` (fields 48 and 49 of
//! /proc/self/stat, proc(5)) are this process's own memory. The environment behind them is left
//! alone, so its marks stay readable. A title longer than the area is cut.

use std::ffi::{CStr, CString};
use std::io;
use std::sync::OnceLock;

/// Where this program's arguments lie; the same in every child forked from it.
static AREA: OnceLock<Option<(usize, usize)>> = OnceLock::new();

/// Writes `title` over the program's arguments. A title that does not fit is cut at a character.
pub fn set_title(title: &str) {
    let Some((start, end)) = *AREA.get_or_init(argument_area) else {
        return;
    };
    // The last byte stays NUL: a kernel that finds another byte there reads on into the environment.
    let room = (end - start).saturating_sub(1);
    let len = title.floor_char_boundary(room.min(title.len()));
    let area = start as *mut u8;
    // SAFETY: the area is the writable argument memory the kernel laid out for this process; the
    // standard library copies arguments out when they are asked for, and the title fits.
    unsafe { std::ptr::copy_nonoverlapping(title.as_ptr(), area, len) };
    // SAFETY: the rest of the same area, up to its end.
    unsafe { std::ptr::write_bytes(area.wrapping_add(len), 0, end - start - len) };
}

fn argument_area() -> Option<(usize, usize)> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // comm may hold spaces and parentheses; the fields after it start behind the last ')'.
    let mut fields = stat
        .rsplit_once(')')?
        .1
        .split_ascii_whitespace()
        .skip(48 - 3);
    let start: usize = fields.next()?.parse().ok()?;
    let end: usize = fields.next()?.parse().ok()?;
    (start != 0 && start < end).then_some((start, end))
}

/// What `set_comm` takes, cut to the kernel's 15 bytes; made before a fork, it costs the child
/// nothing.
///
/// # Errors
/// Never: zero bytes are left out.
pub fn comm(name: &str) -> io::Result<CString> {
    let cut = &name[..name.floor_char_boundary(15.min(name.len()))];
    Ok(CString::new(cut.replace('\0', ""))?)
}

/// Sets the process's comm (`PR_SET_NAME`, prctl(2)).
pub fn set_comm(comm: &CStr) -> io::Result<()> {
    Ok(nix::sys::prctl::set_name(comm)?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_argument_area_holds_the_command_line() {
        let (start, end) = super::argument_area().expect("proc tells where the arguments are");
        let cmdline = std::fs::read("/proc/self/cmdline").expect("a process may read its own");
        assert_eq!(end - start, cmdline.len());
    }
}
