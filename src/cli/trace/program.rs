//! What a recording's header says of a traced program: its words, and the fingerprint of its text.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Programs whose first file argument is the program that matters, by the beginning of their names.
const INTERPRETERS: [&str; 9] = [
    "python", "pypy", "sh", "bash", "dash", "zsh", "perl", "ruby", "node",
];

/// The command line as text.
pub(super) fn words(command: &[OsString]) -> Vec<String> {
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    command.iter().map(text).collect()
}

/// SHA-256 of the program's text in hexadecimal: of the script where an interpreter runs one, else of
/// the program's file; empty where that can't be read.
pub(super) fn fingerprint(command: &[OsString]) -> String {
    let Some(file) = text_of(command) else {
        return String::new();
    };
    let mut digest = Sha256::new();
    let read = File::open(file).and_then(|mut file| io::copy(&mut file, &mut digest));
    if read.is_err() {
        return String::new();
    }
    digest.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn text_of(command: &[OsString]) -> Option<PathBuf> {
    let (program, arguments) = command.split_first()?;
    let name = Path::new(program).file_name()?.to_string_lossy();
    let interprets = INTERPRETERS.iter().any(|one| {
        let rest = name.strip_prefix(one);
        rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
    });
    let script = arguments
        .iter()
        .map(Path::new)
        .find(|word| interprets && word.is_file());
    script.map(Path::to_owned).or_else(|| found(program))
}

/// The program's file, looked for as a shell does.
fn found(program: &OsString) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return path.is_file().then(|| path.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(path))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{fingerprint, text_of};

    #[test]
    fn the_script_is_the_program_that_matters() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("my script.py");
        std::fs::write(&script, "print(1)\n").unwrap();
        let command = |words: &[&str]| {
            let mut command: Vec<OsString> = words.iter().map(OsString::from).collect();
            command.push(script.clone().into_os_string());
            command
        };
        let found = |words| text_of(&command(words)).unwrap();
        assert_eq!(found(&["python3.13", "-X", "dev"]), script);
        assert_eq!(found(&["/usr/bin/python3"]), script);
        assert_eq!(found(&["sh"]), script);
        assert!(found(&["cat"]).ends_with("cat"), "what it reads is not it");
        let known = "3b8a6e8bf4a2a5b8a7d7d3b8";
        assert_ne!(fingerprint(&command(&["sh"])), known);
        assert_eq!(fingerprint(&command(&["sh"])).len(), 64);
        assert_eq!(fingerprint(&["no such program".into()]), "");
    }
}
