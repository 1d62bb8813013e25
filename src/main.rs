//! The program: the processes of a run first, people second.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let word = |index: usize| args.get(index).map(String::as_str);
    match (word(1), word(2)) {
        (Some("__stage"), Some(json)) => forklore::engine::stage::main(json),
        (Some("__guard"), Some(json)) => forklore::engine::guard::main(json).into(),
        _ => forklore::cli::main(),
    }
}
