//! `forklore completions [SHELL]`: the completion script, on stdout or, with `--install`, where the
//! shell looks for it.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap_complete::Shell;

use super::Stop;
use super::context::Context;
use super::help;
use super::xdg::{self, Kind};
use crate::error::{Code, Failure};
use crate::text::Lang;

pub(crate) fn run(context: &Context, shell: Option<Shell>, install: bool) -> Result<Code, Stop> {
    let lang = context.lang;
    let shell = shell.or_else(|| of_login(std::env::var_os("SHELL")));
    let Some(shell) = shell else {
        let what = lang.phrase("completions.which-shell").to_owned();
        return Err(Failure::new(Code::Usage, what).into());
    };
    let script = script(lang, shell);
    if !install {
        io::stdout().write_all(&script)?;
        return Ok(Code::Fine);
    }
    let Some(file) = place(shell, xdg::own) else {
        let shell = shell.to_string();
        let what = lang.tell("completions.no-place", &[("shell", &shell)]);
        return Err(Failure::new(Code::Usage, what).into());
    };
    write(&file, &script).map_err(|error| {
        let what = lang.tell("cli.not-written", &[("why", &error)]);
        Failure::new(Code::CheckFailed, what).at(file.display().to_string())
    })?;
    let shown = file.display();
    let said = match shell {
        Shell::Zsh => {
            let folder = file.parent().unwrap_or(&file).display();
            lang.tell(
                "completions.installed-zsh",
                &[("file", &shown), ("folder", &folder)],
            )
        }
        _ => lang.tell("completions.installed", &[("file", &shown)]),
    };
    writeln!(io::stdout(), "{said}")?;
    Ok(Code::Fine)
}

fn script(lang: Lang, shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(lang), "forklore", &mut script);
    script
}

/// The shell a user logs in with, from `$SHELL`.
fn of_login(path: Option<OsString>) -> Option<Shell> {
    Shell::from_shell_path(PathBuf::from(path?))
}

/// Where the shell looks for a user's own scripts; `None` where it looks nowhere by itself.
/// Sources: bash-completion's README, fish's `fish_complete_path`, zsh's `site-functions`.
fn place(shell: Shell, folder: impl Fn(Kind) -> Option<PathBuf>) -> Option<PathBuf> {
    Some(match shell {
        Shell::Bash => folder(Kind::Data)?.join("bash-completion/completions/forklore"),
        Shell::Zsh => folder(Kind::Data)?.join("zsh/site-functions/_forklore"),
        Shell::Fish => folder(Kind::Config)?.join("fish/completions/forklore.fish"),
        _ => return None,
    })
}

fn write(file: &Path, script: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, script)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use clap_complete::Shell;

    use super::{of_login, place};

    #[test]
    fn each_shell_has_its_place_or_none() {
        let folder = |_| Some(PathBuf::from("/x"));
        let fish = place(Shell::Fish, folder);
        let wanted = Path::new("/x/fish/completions/forklore.fish");
        assert_eq!(fish.as_deref(), Some(wanted));
        assert_eq!(place(Shell::PowerShell, folder), None);
        assert_eq!(place(Shell::Bash, |_| None), None);
    }

    #[test]
    fn the_login_shell_is_known_by_its_path() {
        assert_eq!(of_login(Some("/usr/bin/zsh".into())), Some(Shell::Zsh));
        assert_eq!(of_login(Some("/bin/dash".into())), None);
        assert_eq!(of_login(None), None);
    }
}
