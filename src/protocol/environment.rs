//! Environment variables that forklore gives to the processes of a run.

/// PID of the guard. Every process of the run inherits it: it marks the process as the run's own.
pub(crate) const GUARD: &str = "FORKLORE_GUARD";
/// Path of the socket where a program started by exec asks for the event channel.
pub(crate) const TRACE: &str = "FORKLORE_TRACE";
/// PID of the main process: the Python among a traced program's processes that introduces itself as
/// such.
pub(crate) const ROOT: &str = "FORKLORE_TRACE_ROOT";
/// Path of the program whose lines are told, in the run of a lesson.
pub(crate) const LINES: &str = "FORKLORE_TRACE_LINES";
/// Where Pythons look for packages.
pub(crate) const PYTHON_PATH: &str = "PYTHONPATH";
