//! The screen over invented runs: pictures of every panel, and what keys do.
//!
//! PIDs and times are fixed; nothing here starts a process or waits.

mod choosing;
mod comparing;
mod keys;
mod outcomes;
mod pictures;
mod rhythm;
mod scene;
mod seeking;
