//! `forklore lessons …`: what there is (`list`), what to mend (`check`), a new one (`new`), how one is
//! written (`help`).

mod check;
mod help;
mod list;
mod new;
mod syntax;
mod trials;

use super::Stop;
use super::args::Lessons;
use super::context::Context;
use crate::error::Code;

pub(crate) fn run(context: &Context, command: Lessons) -> Result<Code, Stop> {
    match command {
        Lessons::List => list::run(context),
        Lessons::Check(args) => check::run(context, &args),
        Lessons::New { slug, dir } => new::run(context, &slug, dir),
        Lessons::Help { topic } => help::run(context, topic.as_deref()),
    }
}
