//! A claim's probe, run as the reference says: `python3 FILE` in its folder, nothing to read, a bound on its time.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::Duration;

use super::bounded;
use crate::engine::interpreter::Interpreter;
use crate::lesson::{Claim, Lesson, Origin, Words};
use crate::sys::private;
use crate::text::clean_line;

/// How long a probe may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Columns of what it printed that are quoted.
const QUOTED: usize = 100;

/// Whether the claim speaks of this Python, started in its own way.
pub(crate) fn applies(claim: &Claim, interpreter: &Interpreter) -> bool {
    let method = interpreter.version.default_method().as_str();
    let methods = claim.methods.is_empty() || claim.methods.iter().any(|known| known == method);
    let version = interpreter.version.number();
    methods && claim.python.is_none_or(|range| range.holds(version))
}

/// What came of a probe.
pub(crate) struct Shown {
    /// Why it does not show the claim; `None` where it does.
    pub contradicts: Option<Words>,
    /// What it printed.
    pub said: String,
}

/// Runs the probe of a claim.
pub(crate) fn shows(
    lesson: &Lesson,
    claim: &Claim,
    interpreter: &Interpreter,
    stop: &mut dyn FnMut() -> bool,
) -> io::Result<Shown> {
    let folder = private::temporary("forklore-probe-", &std::env::temp_dir())?;
    let place = match &lesson.origin {
        Origin::Folder(path) => path.join("probes"),
        Origin::Embedded => {
            for (name, text) in &lesson.files.probes {
                private::write(&folder.path().join(name), text)?;
            }
            folder.path().to_owned()
        }
    };
    let mut command = Command::new(&interpreter.path);
    command.arg(&claim.probe).current_dir(place);
    command.env_remove("PYTHONUNBUFFERED");
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let ended = bounded::run(&mut command, Vec::new(), PATIENCE, stop)?;
    Ok(Shown {
        contradicts: why(claim, &ended),
        said: ended.stdout,
    })
}

/// Why a probe that ended so does not show its claim.
fn why(claim: &Claim, ended: &bounded::Ended) -> Option<Words> {
    let (id, file) = (&claim.id, &claim.probe);
    let Some(status) = ended.status else {
        let seconds = PATIENCE.as_secs();
        return Some(Words::tell(
            "lessons.probe-time",
            &[("id", id), ("file", file), ("seconds", &seconds)],
        ));
    };
    if !status.success() {
        let said = last_line(&ended.stderr);
        let said = if said == "``" {
            String::new()
        } else {
            format!(": {said}")
        };
        let how = match (status.code(), status.signal()) {
            (Some(code), _) => Words::tell("verdict.exit-code", &[("code", &code)]),
            (None, Some(signal)) => Words::tell("verdict.exit-signal", &[("signal", &signal)]),
            (None, None) => Words::tell("verdict.exit-unknown", &[]),
        };
        return Some(Words::tell(
            "lessons.probe-status",
            &[("id", id), ("file", file), ("how", &how), ("said", &said)],
        ));
    }
    if ended.stdout.trim_end().ends_with(claim.expect.trim_end()) {
        return None;
    }
    let said = last_line(&ended.stdout);
    Some(Words::tell(
        "lessons.probe-other",
        &[("id", id), ("file", file), ("said", &said)],
    ))
}

fn last_line(text: &str) -> String {
    let line = text.trim_end().lines().next_back().unwrap_or_default();
    format!("`{}`", clean_line(line.as_bytes(), QUOTED).text)
}
