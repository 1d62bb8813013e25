//! Whether Python can read the programs of lessons: program.py and probes are compiled, and not run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::cli::bounded;
use crate::engine::interpreter::{Interpreter, InterpreterError};
use crate::lesson::{Finding, Lesson, Spot, Words};

/// How long a Python may take to read all of them.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads `[[name, text], …]`, and prints a line for every text that is no Python.
const READ: &str = "\
import json, sys, warnings
warnings.simplefilter('ignore')
for name, text in json.load(sys.stdin):
    try:
        compile(text, name, 'exec', dont_inherit=True)
    except SyntaxError as e:
        print(json.dumps([name, e.lineno or 1, e.offset or 1, e.msg]), flush=True)
    except Exception as e:
        print(json.dumps([name, 1, 1, '%s: %s' % (type(e).__name__, e)]), flush=True)
print('done')
";

/// What Python has to say of the lessons' programs, and of those in folders that are no lesson.
pub(super) fn check(
    lessons: &[Lesson],
    broken: &[PathBuf],
    python: Option<&str>,
) -> Result<Vec<Finding>, InterpreterError> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for lesson in lessons {
        texts.push((lesson.file("program.py"), lesson.files.python.clone()));
        let probes = lesson.files.probes.iter();
        texts.extend(probes.map(|(name, text)| {
            let file = lesson.file(&format!("probes/{name}"));
            (file, text.clone())
        }));
    }
    texts.extend(broken.iter().filter_map(|folder| program_of(folder)));
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let interpreter = Interpreter::find(python)?;
    let said = ask(&interpreter.path, &texts).unwrap_or_default();
    let mut findings: Vec<Finding> = said.lines().filter_map(finding).collect();
    if said.lines().last() != Some("done") {
        findings.push(Finding {
            file: interpreter.path.display().to_string(),
            spot: None,
            message: Words::tell("lint.python-gave-up", &[]),
        });
    }
    Ok(findings)
}

fn program_of(folder: &Path) -> Option<(String, String)> {
    let text = crate::lesson::program_text(folder)?;
    Some((folder.join("program.py").display().to_string(), text))
}

fn finding(line: &str) -> Option<Finding> {
    let (file, line, column, what): (String, usize, usize, String) =
        serde_json::from_str(line).ok()?;
    Some(Finding {
        file,
        spot: Some(Spot { line, column }),
        message: Words::tell("lint.syntax", &[("what", &what)]),
    })
}

/// What it prints, as far as it comes within its time.
fn ask(python: &Path, texts: &[(String, String)]) -> std::io::Result<String> {
    let mut command = Command::new(python);
    command.args(["-I", "-S", "-c", READ]);
    Ok(bounded::run(
        &mut command,
        serde_json::to_vec(texts)?,
        PATIENCE,
        &mut || false,
    )?
    .stdout)
}
