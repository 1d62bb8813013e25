//! The program: first the processes of a run, then the command line.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let word = |index: usize| args.get(index).and_then(|word| word.to_str());
    match (word(1), word(2)) {
        (Some("__stage"), Some(json)) => forklore::stage::main(json),
        (Some("__guard"), Some(json)) => forklore::engine::guard::main(json, &args[3..]).into(),
        (Some("__exec"), _) => forklore::engine::guard::exec(&args[2..]).into(),
        _ => forklore::cli::main(),
    }
}
