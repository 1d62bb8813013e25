//! `forklore man [DIR]`: the manual pages, one a command, in every language of the help.
//!
//! The words are the help's own (`help`); here is only what a manual page has beside them: its
//! sections' names, and the exit codes as a section. Pages go where man(1) looks: `man1` for English,
//! `zh_CN/man1` for Chinese.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;

use super::Stop;
use super::context::Context;
use super::help;
use super::xdg;
use crate::error::{Code, Failure};
use crate::text::Lang;

/// Sections that `clap_mangen` names in English, and their names in the locales.
const SECTIONS: [(&str, &str); 4] = [
    ("NAME", "name"),
    ("SYNOPSIS", "synopsis"),
    ("DESCRIPTION", "description"),
    ("VERSION", "version"),
];

/// Writes all pages below `dir`, else below the user's own manual folder.
pub(crate) fn install(context: &Context, dir: Option<PathBuf>) -> Result<Code, Stop> {
    let lang = context.lang;
    let Some(dir) = dir.or_else(|| Some(xdg::own(xdg::Kind::Data)?.join("man"))) else {
        let what = lang.phrase("man.no-home").to_owned();
        return Err(Failure::new(Code::Usage, what).into());
    };
    for of in Lang::ALL {
        let folder = match of {
            Lang::En => dir.join("man1"),
            Lang::Zh => dir.join("zh_CN/man1"),
        };
        write_pages(of, &folder).map_err(|error| {
            let what = lang.tell("cli.not-written", &[("why", &error)]);
            Failure::new(Code::CheckFailed, what).at(folder.display().to_string())
        })?;
    }
    let key = if is_searched(&dir, |name| std::env::var_os(name)) {
        "man.installed"
    } else {
        "man.installed-apart"
    };
    let said = lang.tell(key, &[("dir", &dir.display())]);
    writeln!(io::stdout(), "{said}")?;
    Ok(Code::Fine)
}

/// Whether man(1) looks there by itself: `MANPATH` names it, or it is `share/man` beside a `bin` on the
/// `PATH` (manpath(5)).
fn is_searched(dir: &Path, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let has = |name, folder: &Path| {
        let folders = variable(name).unwrap_or_default();
        std::env::split_paths(&folders).any(|known| known == folder)
    };
    let prefix = dir.to_str().and_then(|dir| dir.strip_suffix("/share/man"));
    has("MANPATH", dir) || prefix.is_some_and(|prefix| has("PATH", &Path::new(prefix).join("bin")))
}

fn write_pages(lang: Lang, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut root = help::command(lang);
    // The list of commands stands in forklore(1) already.
    root = root.mut_subcommand("help", |help| help.hide(true));
    let mut left = vec![root];
    while let Some(command) = left.pop() {
        let shown = |sub: &&Command| !sub.is_hide_set() && sub.get_name() != "help";
        left.extend(command.get_subcommands().filter(shown).cloned());
        let man = Man::new(command.clone().after_help("").after_long_help(""));
        fs::write(folder.join(man.get_filename()), page(lang, &command, &man)?)?;
    }
    Ok(())
}

/// One page.
fn page(lang: Lang, command: &Command, man: &Man) -> io::Result<String> {
    let mut raw = Vec::new();
    man.render(&mut raw)?;
    let mut page = String::from_utf8(raw).map_err(io::Error::other)?;
    page = page.replace(".SH EXTRA\n", "");
    for (english, key) in SECTIONS {
        let heading = format!(".SH {english}\n");
        page = page.replace(
            &heading,
            &format!(".SH \"{}\"\n", lang.term("man-section", key)),
        );
    }
    let commands = lang.phrase("help.commands");
    let heading = format!(".SH {commands}\n");
    page = page.replace(&heading, &heading.to_uppercase());
    if command.get_name() == "forklore" {
        page.push_str(&exit_codes(lang));
    }
    Ok(page)
}

/// The exit codes, as they stand in the help: lines that are not filled.
fn exit_codes(lang: Lang) -> String {
    let codes = lang.phrase("help.exit-codes");
    let mut lines = codes.lines();
    let heading = lines.next().unwrap_or_default();
    let heading = heading.trim_end_matches([':', '：']);
    let mut section = format!(".SH \"{}\"\n.nf\n", heading.to_uppercase());
    for line in lines {
        // A line that begins with a dot or a quote would be a request.
        section.push_str(r"\&");
        section.push_str(&line.replace('\\', r"\e").replace('-', r"\-"));
        section.push('\n');
    }
    section.push_str(".fi\n");
    section
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_searched, write_pages};
    use crate::text::Lang;

    #[test]
    fn man_looks_beside_the_folders_of_path_and_where_manpath_says() {
        let dir = Path::new("/h/.local/share/man");
        let with = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| value.into())
        };
        assert!(is_searched(dir, with("PATH", "/bin:/h/.local/bin")));
        assert!(is_searched(dir, with("MANPATH", "/x:/h/.local/share/man")));
        assert!(!is_searched(dir, with("PATH", "/h/.cargo/bin:/bin")));
        assert!(!is_searched(Path::new("/x"), |_| None));
    }

    #[test]
    fn every_command_has_a_page_in_every_language() {
        for lang in Lang::ALL {
            let folder = tempfile::tempdir().expect("a folder");
            write_pages(lang, folder.path()).expect("pages");
            for name in ["forklore", "forklore-run", "forklore-lessons-check"] {
                let path = folder.path().join(format!("{name}.1"));
                let page = std::fs::read_to_string(&path).expect(name);
                let title = format!(".SH \"{}\"", lang.term("man-section", "name"));
                assert!(page.contains(&title), "{name}: {page}");
            }
            let root = std::fs::read_to_string(folder.path().join("forklore.1"));
            let root = root.expect("the first page");
            assert!(root.contains("141"), "the exit codes are in it: {root}");
            assert!(!root.contains("EXTRA"), "{root}");
        }
    }
}
