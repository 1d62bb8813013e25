//! Names of what lies in a run's directory.

/// The socket where programs started by exec ask for the event channel.
pub(crate) const DOOR: &str = "door";
/// What every traced Python reads before anything else: a flat JSON object that says when the run
/// began, how to buffer stdio and which descriptors are the run's own.
pub(crate) const GREETING: &str = "door.greeting";
/// The control page, where Pythons read it.
pub(crate) const PAGE: &str = "door.page";
/// The folder of the package that Pythons import.
pub(crate) const PYTHON: &str = "python";
/// The folder of a lesson's program, where a copy of it runs.
pub(crate) const LESSON: &str = "lesson";
