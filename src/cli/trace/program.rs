//! What a recording's header says of a traced program: its words, and the fingerprint of its text.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Take};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

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

/// Longest text of a script that is shown, in bytes.
const LONGEST: u64 = 1 << 20;

/// Largest program that is read for its fingerprint, in bytes.
const LARGEST: u64 = 64 << 20;

/// Longest title, in characters.
const TITLE: usize = 60;

/// What a recording is called: the program without its folder, and its arguments, cut where they are
/// many.
pub(super) fn title(name: &str, words: &[String]) -> String {
    let arguments = words.get(1..).unwrap_or_default();
    let whole = [&[name.to_owned()], arguments].concat().join(" ");
    match whole.char_indices().nth(TITLE) {
        Some((at, _)) => format!("{}…", &whole[..at]),
        None => whole,
    }
}

/// SHA-256 of the program's text in hexadecimal: of the script where an interpreter runs one, else of
/// the program's file; empty where that can't be read, or is so large that the run would wait for it.
pub(super) fn fingerprint(command: &[OsString]) -> String {
    let mut digest = Sha256::new();
    let file = text_of(command).and_then(|file| regular(&file, LARGEST));
    match file.map(|mut file| io::copy(&mut file, &mut digest)) {
        Some(Ok(_)) => hexadecimal(&digest.finalize()),
        _ => String::new(),
    }
}

/// Name and text of the script, if it has this fingerprint still.
pub(super) fn text(command: &[OsString], fingerprint: &str) -> Option<(String, String)> {
    let path = text_of(command)?;
    let mut text = String::new();
    regular(&path, LONGEST)?.read_to_string(&mut text).ok()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    (hexadecimal(&Sha256::digest(text.as_bytes())) == fingerprint).then_some((name, text))
}

/// A regular file that is no longer than that, as far as it was long when it was opened. Files of
/// /proc, which have no length and no end, give nothing; a pipe is not waited for.
fn regular(path: &Path, longest: u64) -> Option<Take<File>> {
    let mut options = File::options();
    let nonblocking = OFlag::O_NONBLOCK.bits();
    let file = options.read(true).custom_flags(nonblocking).open(path);
    let file = file.ok()?;
    let data = file.metadata().ok()?;
    (data.is_file() && data.len() <= longest).then(|| file.take(data.len()))
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut hex, byte| {
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

    use super::{fingerprint, text, text_of, title};

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
        assert_eq!(fingerprint(&["no such program".into()]), "");
    }

    #[test]
    fn a_text_is_given_as_long_as_it_is_what_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("a.py");
        std::fs::write(&script, "print(1)\n").unwrap();
        let command = ["python3".into(), script.clone().into_os_string()];
        let was = fingerprint(&command);
        assert_eq!(was.len(), 64);
        let found = text(&command, &was).unwrap();
        assert_eq!(found, ("a.py".to_owned(), "print(1)\n".to_owned()));
        std::fs::write(&script, "print(2)\n").unwrap();
        assert_eq!(text(&command, &was), None);
    }

    #[test]
    fn files_without_a_length_and_without_an_end_are_not_read() {
        for file in ["/proc/self/pagemap", "/dev/zero", "/proc/kmsg"] {
            let command = ["sh".into(), file.into()];
            let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
            let empty = text(&command, digest).map(|(_, text)| text);
            assert!(empty.is_none_or(|text| text.is_empty()), "{file}");
        }
    }

    #[test]
    fn a_title_is_cut_where_it_is_long() {
        let words = ["/usr/bin/python3", "a.py", "--fast"].map(str::to_owned);
        assert_eq!(title("python3", &words), "python3 a.py --fast");
        let long = vec!["x".to_owned(); 200];
        assert_eq!(title("x", &long).chars().count(), 61);
    }
}
