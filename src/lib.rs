//! forklore: a terminal laboratory for multi-process programming.
//!
//! Everything that happens in a run becomes an [`Event`](trace::Event), and [`World`](model::World) is
//! the fold of events. Whatever is shown, checked, compared or exported is read from a `World` or from
//! the events. A live run and a recording differ only in where the events come from.
//!
//! # The way of an output line
//!
//! In a live run, a lesson's `print` takes this way:
//!
//! 1. The program calls [`mp::print_line`]. It buffers as on a terminal or as into a pipe, then hands
//!    whole lines to [`mp::tracer`].
//! 2. The tracer sends one [`Packet`](trace::Packet) on the event channel. All processes of the run
//!    share this channel, and the kernel adds the sender's PID. ([`protocol::descriptors`] has its
//!    number. A traced Python does the same in `assets/python`.)
//! 3. The thread of the [`collector`](engine::collector::Collector) reads the packet and makes it a
//!    [`Report`](engine::report::Report). What other programs write to stdout reaches it by socket
//!    pairs, again with the PID of the writer.
//! 4. The thread of the [`dispatcher`](engine::dispatcher::Dispatcher) is the only place that numbers
//!    events. Its [`log`](engine::dispatcher::log) adds `seq`, `proc` and `pid`, and puts the
//!    event and its line into a [`Batch`](trace::Batch).
//! 5. The front end receives batches from the run, which is a [`Feed`](feed::Feed):
//!    [`engine::Run`] for a live run.
//!    - In the session, [`tui::run::RunView`] adds them to its [`History`](model::History).
//!    - `run`, `trace` and `test` fold them in [`cli::drive::Driver`].
//!    - A [`Recorder`](cli::Recorder) writes the lines to a file, as they are.
//! 6. [`World::apply`](model::World::apply) folds the event; the line is now in its
//!    [`OutputLog`](model::OutputLog).
//! 7. The line is shown: by the panel [`tui::panel::output`] on the screen, by
//!    [`report::Live`] in a headless run. [`text`] makes its bytes harmless first.
//!
//! In replay, [`Reader`](trace::Reader) reads the events from the recording, and
//! [`Replay`](replay::Replay) (headless) or [`Ahead`](replay::Ahead) (for the screen) is the `Feed`. Steps
//! 5 to 7 are the same, except that a headless replay prints by [`report::Printed`].
//!
//! # How to add
//!
//! Each list below has an example that exists. `tests/layers/map.rs` looks for the example in the source: a
//! place that is missing here, or no longer needed, fails the test. What you forget is a compile error
//! unless the list says what else tells you.
//!
//! ## A primitive
//!
//! Example: `Barrier`.
//!
//! - `src/mp/synchronize/barrier.rs`: the type, with one [`Call`](mp::tracer::Call) for each operation.
//!   `src/mp/synchronize.rs` and `src/mp.rs` export it.
//! - `src/trace/words.rs`: its class in [`Class`](trace::Class), new operations in
//!   [`OpName`](trace::OpName). A class that is missing fails at the first `create` in a test of `mp`.
//! - `src/model/barrier.rs`: what the log says of it, a `Family`. `src/model.rs` exports it;
//!   `src/model/body.rs` has the table of families.
//! - `src/model/enabled.rs`: which of its operations can go on. The gate and the deadlock sentences
//!   read it.
//! - `src/explore/native/access.rs`: what each operation reads and writes. Without it `forklore explore`
//!   refuses a program that uses it, and names the operation.
//! - `src/tui/panel/objects/inspect.rs`: how the Objects panel shows it.
//! - `src/inspect/doing.rs`, `src/inspect/rules/meetings.rs`: how `why` tells that a living process
//!   waits for it. Without it the finding says that the cause is not known.
//! - `assets/python/forklore_trace/meetings.py`: the same operations in a traced Python, and
//!   `assets/python/forklore_trace/remote.py` where a manager can have one.
//!   The test of this list wants every class there. A class of a module that is not followed yet also
//!   needs a line in `_FOLLOWED` of hooks.py.
//! - `tests/mp/synchronize.rs`: a case for each operation.
//!
//! ## An event kind
//!
//! Example: `Kind::Marker`, `"marker"`.
//!
//! - `src/trace/event.rs`: its entry in the table of kinds. From it come the reader, the writer and the
//!   documentation of the format.
//! - `src/model/fold.rs`: what it changes in the `World`.
//! - `src/engine/evidence.rs`: who may send it, and what is checked before it is believed.
//! - `src/tui/words.rs`: its words in the transport bar.
//! - `src/export/perfetto.rs`, `src/export/csv.rs`: what becomes of it. If it is a mark in asciicast,
//!   `src/export/cast.rs` says so.
//! - `src/finding/detector.rs`: if a rule looks at it. `src/finding/rules/noted.rs` looks at markers; a
//!   kind that no rule looks at has no place there.
//! - `src/cli/why/tape.rs`: a look at a living program writes markers. A kind that no look makes has no
//!   place there.
//! - `tests/golden/`: a line in the golden file of the format. A test wants every kind there.
//!
//! ## A panel
//!
//! Example: `Ps in ps`, `panel-ps`, `PanelId::Ps`.
//!
//! - `src/tui/panel/ps.rs`: the panel, an implementation of `Panel`.
//! - `src/tui/panel.rs`: its line in the table of panels. The documentation there says more.
//! - `assets/locales/en.toml`, `assets/locales/zh.toml`: its title. Without it the test
//!   that takes pictures of every panel fails.
//!
//! ## A check kind
//!
//! Example: `lock_exclusive`, `LockExclusive`, `lock-exclusive`.
//!
//! - `src/lesson/kinds/lock_exclusive.rs`: its keys in lesson.toml. `src/lesson/kinds.rs` has the table
//!   of kinds; the documentation there says more.
//! - `src/check/kinds/lock_exclusive.rs`: how it is answered. `src/check/kinds.rs` has the match.
//! - `assets/reference/en.md`, `assets/reference/zh.md`: its section in the reference. A test holds the
//!   page against the parser.
//! - `assets/locales/en.toml`, `assets/locales/zh.toml`: the sentences of its verdicts. A test of the
//!   locales fails when one is missing.
//! - `src/check/tests/objects.rs`: a case that passes and a case that fails. A test wants both.
//!
//! ## A finding
//!
//! Example: `OwnerDied in owner_died`, `owner-died`.
//!
//! - `src/finding/rules/owner_died.rs`: the rule. `src/finding/rules.rs` has the table of rules; the
//!   documentation of [`finding`] says more.
//! - `assets/locales/findings/en.toml`, `assets/locales/findings/zh.toml`: its sentences. A test of the
//!   locales fails when one is missing.
//! - `src/inspect/rules/locks.rs`: the same cause in a program that runs, for [`inspect`], where it
//!   can be seen from outside.
//!
//! ## A lesson
//!
//! Example: `manager-dict`.
//!
//! - `lessons/04-manager-dict/`: the folder, found by build.rs. [`lesson`] documents it;
//!   `forklore lessons check` says what is missing.
//! - `assets/recordings/manager-dict.jsonl.zst`: its recording, made as the README beside it says. A test
//!   wants one for every lesson.
//! - `src/finding/rules/`: the findings that it teaches to avoid name it.
//!
//! ## An engine
//!
//! Example: `Engine::Native`, `EngineArg`, `NativeConfig`, `engine/native`.
//!
//! - `src/engine/native.rs`: how it starts a run.
//! - `src/trace/engine.rs`: its word in a recording's header. `src/trace/header.rs` has the default.
//! - `src/cli/args/engine.rs`: its word on the command line. `src/cli/engine.rs` says when it is chosen;
//!   `src/cli/scenario.rs`, `src/cli/test.rs` and `src/cli/screen.rs` use it.
//! - `src/tui/runs.rs` and `src/cli/compare.rs`: which of its lines are a lesson's.
//! - `src/tui/app.rs`, `src/tui/update.rs` and `src/tui/popup/parameters.rs`: how the session chooses it.
//!   `src/tui/app/ended.rs`: whether its runs are explored.
//! - `src/lesson/scope.rs`: the name that a lesson's expressions see.
//!
//! An executor beside [`explore::native`] makes its runs explorable.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "the map names what is inside; it is built with --document-private-items"
)]

#[cfg(not(target_os = "linux"))]
compile_error!(
    "forklore runs on Linux only (WSL2 included): it is built on fork, pidfd, futex and /proc"
);

pub mod check;
pub mod cli;
pub mod compare;
pub mod engine;
pub mod error;
pub mod explain;
pub mod explore;
pub mod export;
pub mod feed;
pub mod finding;
pub mod inspect;
pub mod lesson;
pub mod model;
pub mod mp;
pub mod object;
mod proc;
pub mod programs;
pub mod protocol;
pub mod replay;
pub mod report;
pub mod stage;
pub mod sys;
pub mod text;
pub mod trace;
pub mod tui;
