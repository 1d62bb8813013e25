//! Whether a platform that spawns its children prints it: the lesson's program in plain Python, so
//! started.
//!
//! Said only where it was seen. Nothing is said where there is no Python.

use std::time::Duration;

use crate::cli::args::StdoutArg;
use crate::cli::context::Context;
use crate::cli::engine::{Played, interpreter};
use crate::cli::exploring::Exploring;
use crate::cli::scenario::{Conditions, Order, Scenario};
use crate::engine::GateMode;
use crate::engine::shutdown::Shutdown;
use crate::feed::{Feed as _, FeedItem};
use crate::model::World;
use crate::sys::clock;
use crate::trace::{StartMethod, Stream};

/// The order of the children is not fixed there either.
const RUNS: u32 = 12;
/// For all of them.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs it until it prints the listing, and says so.
pub(super) fn show(
    context: &Context,
    exploring: &Exploring<'_>,
    shutdown: &Shutdown,
    listing: &[u8],
) {
    let Ok(interpreter) = interpreter(context, None) else {
        return;
    };
    let conditions = Conditions {
        played: Played::Python {
            interpreter,
            method: Some(StartMethod::Spawn),
        },
        params: exploring.params.clone(),
        // Into a pipe, what a child prints stays together.
        stdout: StdoutArg::Pipe,
        time_scale: 0.01,
        seed: 1,
        gate: GateMode::Open,
        order: Order::InTurn,
    };
    let Ok(scenario) = Scenario::new(context, exploring.lesson, conditions) else {
        return;
    };
    let deadline = clock::instant() + PATIENCE;
    for run in 1..=RUNS {
        if !shutdown.requests().is_empty() || clock::instant() > deadline {
            return;
        }
        if printed(context, &scenario, deadline).is_some_and(|text| text == listing) {
            context.tell(&context.lang.tell("reproduce.spawned", &[("runs", &run)]));
            return;
        }
    }
}

/// What one run prints; `None` where it does not come to its end.
fn printed(
    context: &Context,
    scenario: &Scenario<'_>,
    deadline: std::time::Instant,
) -> Option<Vec<u8>> {
    let mut run = scenario.start(context).ok()?;
    let mut world = World::new();
    loop {
        match run.poll(deadline) {
            FeedItem::Events(more) => {
                for event in more.events() {
                    world.apply(event);
                }
            }
            FeedItem::End => break,
            FeedItem::Idle => return None,
        }
    }
    let lines = world
        .log()
        .lines()
        .filter(|line| line.stream == Stream::Stdout);
    let mut text = Vec::new();
    for line in lines {
        text.extend_from_slice(&line.data);
        text.push(b'\n');
    }
    Some(text)
}
