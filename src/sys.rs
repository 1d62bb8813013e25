//! The interface to the operating system: all unsafe code of forklore is in this module.
//!
//! Each file wraps one family of system calls in safe functions. Each unsafe block has one operation
//! and says why it is sound. Nothing here knows events, lessons or the roles of processes.
#![allow(unsafe_code)]

pub mod calendar;
pub mod clock;
pub mod code;
pub mod fork;
pub mod futex;
pub mod limits;
pub mod mmap;
pub mod peek;
pub mod pidfd;
pub mod pipe;
pub mod private;
pub mod process;
pub mod ptrace;
pub mod signal;
pub mod socket;
pub mod stat;
pub mod stdout;
pub mod title;
