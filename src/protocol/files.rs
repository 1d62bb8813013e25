//! Names of what lies in a run's directory.

/// The socket where programs started by exec ask for the event channel.
pub(crate) const DOOR: &str = "door";
/// The folder of the package that Pythons import.
pub(crate) const PYTHON: &str = "python";
