//! The folders of the XDG base directory specification: where a user's files of each kind belong.
//!
//! Reads the environment through a function that it is given, so that a test needs none. A relative
//! path is ignored, as the specification demands.

use std::path::PathBuf;

/// A kind of file a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Shell completions and configuration of other programs.
    Config,
    /// Files that only take up room when they are lost: manual pages, completions.
    Data,
    /// What a program remembers between two runs.
    State,
}

/// The folder for this kind; `None` where neither its variable nor a home is known.
pub(crate) fn folder(kind: Kind, variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let (name, below_home) = match kind {
        Kind::Config => ("XDG_CONFIG_HOME", ".config"),
        Kind::Data => ("XDG_DATA_HOME", ".local/share"),
        Kind::State => ("XDG_STATE_HOME", ".local/state"),
    };
    let absolute = |name: &str| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute(name).or_else(|| Some(absolute("HOME")?.join(below_home)))
}

/// The same from this process's environment.
pub(crate) fn own(kind: Kind) -> Option<PathBuf> {
    folder(kind, |name| std::env::var(name).ok())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Kind, folder};

    fn with(kind: Kind, variables: &[(&str, &str)]) -> Option<PathBuf> {
        folder(kind, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_variable_comes_first_then_the_home() {
        let both = [("XDG_DATA_HOME", "/d"), ("HOME", "/h")];
        assert_eq!(with(Kind::Data, &both).as_deref(), Some(Path::new("/d")));
        let home = Path::new("/h/.local/state");
        assert_eq!(with(Kind::State, &both).as_deref(), Some(home));
        let relative = [("XDG_CONFIG_HOME", "c"), ("HOME", "/h")];
        let config = Path::new("/h/.config");
        assert_eq!(with(Kind::Config, &relative).as_deref(), Some(config));
        assert_eq!(with(Kind::Config, &[]), None);
    }
}
