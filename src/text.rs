//! Text as people see it: sanitised, measured, coloured, in their language.
//!
//! Everything that is printed goes through here. Bytes of children and files are sanitised, widths are
//! terminal columns, the colours of processes come from one palette, and words come from the locale
//! files. This module does not know what a process or a lesson is.

mod colour;
mod json;
mod lang;
mod locale;
mod sanitise;
mod time;
mod width;

pub use colour::{ColourChoice, Depth, Hue, Mood, Paint, hue};
pub use json::push_json;
pub use lang::{Lang, is_utf8};
pub use sanitise::{Clean, clean, clean_line, clean_text};
pub use time::seconds;
pub use width::{cut, fit, fit_right, truncate, width};
