//! What `completions --install` and `man` put where, and what they say where they can't.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::harness::{Said, finish, forklore};

/// A command in a home of its own.
fn at_home(home: &Path, arguments: &[&str]) -> Command {
    let mut command = forklore(arguments);
    command
        .env("HOME", home)
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME");
    command
}

fn say(home: &Path, arguments: &[&str]) -> Said {
    finish(&mut at_home(home, arguments))
}

#[test]
fn completions_go_where_the_login_shell_looks() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["completions", "--install"];
    let said = finish(at_home(home.path(), &arguments).env("SHELL", "/usr/bin/fish"));
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let file = home.path().join(".config/fish/completions/forklore.fish");
    assert!(
        said.out.contains(&file.display().to_string()),
        "{}",
        said.out
    );
    let script = std::fs::read_to_string(&file).unwrap();
    assert_eq!(script, say(home.path(), &["completions", "fish"]).out);

    let said = finish(at_home(home.path(), &arguments).env_remove("SHELL"));
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("$SHELL names no shell"), "{}", said.err);
    let said = say(home.path(), &["completions", "powershell", "--install"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("powershell looks nowhere"),
        "{}",
        said.err
    );
}

#[test]
fn every_command_of_the_help_has_a_manual_page_in_both_languages() {
    let home = tempfile::tempdir().unwrap();
    let said = say(home.path(), &["man"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let pages = home.path().join(".local/share/man");
    let help = say(home.path(), &["--help"]).out;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        // Lines that go on with a command's words are indented further.
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|word| !word.is_empty() && *word != "help")
        .collect();
    assert!(commands.contains(&"trace"), "{help}");
    for command in commands {
        for folder in ["man1", "zh_CN/man1"] {
            let page = pages.join(folder).join(format!("forklore-{command}.1"));
            assert!(page.is_file(), "{}", page.display());
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).unwrap();
    let said = say(home.path(), &["man", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("file/man1: can't be written"),
        "{}",
        said.err
    );
}
