//! The fence to the operating system: ALL unsafe code of forklore lives below here.
//!
//! Each file wraps one family of system calls in safe functions, one unsafe operation a block with
//! the reason it is sound. Nothing here knows events, lessons or processes' roles.
#![allow(unsafe_code)]

pub mod calendar;
pub mod clock;
pub mod code;
pub mod fork;
pub mod futex;
pub mod mmap;
pub mod pidfd;
pub mod process;
pub mod ptrace;
pub mod signal;
pub mod socket;
pub mod stat;
pub mod title;
