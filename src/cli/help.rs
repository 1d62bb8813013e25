//! The help of the command line, in the language of whoever asks.
//!
//! Owns how the words of `[help]` in the locale files come to commands and arguments: a command's
//! under its name, an argument's under the command's name and its field's. `args` says what there is.

use clap::{Arg, Command, CommandFactory as _};

use super::args::CommandLine;
use crate::text::Lang;

/// Name of the words of `forklore` itself.
const ROOT: &str = "forklore";

/// Where the words of the options of every command stand.
const EVERYWHERE: [&str; 7] = [
    "lessons", "replace", "trust", "lang", "color", "help", "version",
];

/// The command line with its words.
pub(crate) fn command(lang: Lang) -> Command {
    let mut command = CommandLine::command();
    // Only what is built has --help, --version, `help`, and the options of every command.
    command.build();
    worded(command, lang, ROOT).after_help(lang.phrase("help.exit-codes"))
}

fn worded(command: Command, lang: Lang, name: &str) -> Command {
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{}{{usage}}\n\n{{all-args}}{{after-help}}",
        lang.phrase("help.usage")
    );
    command
        .about(lang.term("help", &format!("{name}.about")))
        .long_about(None)
        .help_template(template)
        .subcommand_help_heading(lang.phrase("help.commands"))
        .mut_args(|arg| described(arg, lang, name))
        .mut_subcommands(|sub| {
            let path = match (name, sub.get_name()) {
                // `help run` and the like have no words of their own.
                ("lessons", "help") => "lessons-help".to_owned(),
                ("help", _) | (_, "help") => "help".to_owned(),
                (ROOT, sub) => sub.to_owned(),
                (_, sub) => format!("{name}-{sub}"),
            };
            worded(sub, lang, &path)
        })
}

fn described(arg: Arg, lang: Lang, command: &str) -> Arg {
    let id = arg.get_id().as_str();
    let under = if EVERYWHERE.contains(&id) {
        "everywhere"
    } else {
        command
    };
    let mut words = lang.term("help", &format!("{under}.{id}"));
    if arg.get_action().takes_values() {
        let values = arg.get_possible_values();
        if !values.is_empty() {
            let names: Vec<&str> = values
                .iter()
                .map(clap::builder::PossibleValue::get_name)
                .collect();
            words.push_str(&lang.tell("help.values", &[("values", &names.join(", "))]));
        }
        if let [default, ..] = arg.get_default_values() {
            let default = default.to_string_lossy();
            words.push_str(&lang.tell("help.default", &[("default", &default)]));
        }
    }
    let heading = if arg.is_positional() {
        lang.phrase("help.arguments")
    } else {
        lang.phrase("help.options")
    };
    arg.help(words)
        .long_help(None)
        .help_heading(heading)
        .hide_possible_values(true)
        .hide_default_value(true)
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::command;
    use crate::text::Lang;

    /// Commands and arguments whose words are missing: `term` gives the name back.
    fn wordless(command: &Command, found: &mut Vec<String>) {
        let plain = |words: Option<&clap::builder::StyledStr>| {
            words.is_none_or(|words| {
                !words.to_string().contains(char::is_whitespace) && words.to_string().is_ascii()
            })
        };
        if plain(command.get_about()) {
            found.push(command.get_name().to_owned());
        }
        for arg in command.get_arguments() {
            if plain(arg.get_help()) {
                found.push(format!("{} {}", command.get_name(), arg.get_id()));
            }
        }
        for sub in command.get_subcommands() {
            wordless(sub, found);
        }
    }

    #[test]
    fn every_command_and_argument_has_words_in_every_language() {
        for lang in Lang::ALL {
            let mut found = Vec::new();
            wordless(&command(lang), &mut found);
            assert!(found.is_empty(), "{}: {found:?}", lang.code());
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        command(Lang::En).debug_assert();
    }
}
