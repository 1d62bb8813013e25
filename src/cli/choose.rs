//! Finding the lesson a person means: slug, number, the beginning of a slug, or nearly that.
//!
//! `Library::find` knows slugs, folders and numbers; here stand unique beginnings and, where there is
//! none, the names that come nearest.

use clap::CommandFactory as _;

use super::args::CommandLine;
use super::context::Context;
use super::words;
use crate::error::{Code, Failure};
use crate::lesson::{Broken, Lesson, Library};

/// How alike two names must be to be offered (Jaro–Winkler, 0 to 1), and how much less than the
/// likeliest one another may be.
const ALIKE: f64 = 0.75;
const NEARLY: f64 = 0.1;

/// The lesson that is meant.
pub(crate) fn lesson<'a>(
    context: &Context,
    library: &'a Library,
    given: &str,
) -> Result<&'a Lesson, Failure> {
    find(context, library, given, &[])
}

/// As `lesson`, where a mistyped command may be meant as well.
pub(crate) fn lesson_or_command<'a>(
    context: &Context,
    library: &'a Library,
    given: &str,
) -> Result<&'a Lesson, Failure> {
    let command = CommandLine::command();
    let commands: Vec<&str> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    find(context, library, given, &commands)
}

fn find<'a>(
    context: &Context,
    library: &'a Library,
    given: &str,
    commands: &[&str],
) -> Result<&'a Lesson, Failure> {
    if let Ok(lesson) = library.find(given) {
        return its_alone(context, library, lesson);
    }
    let begun: Vec<&Lesson> = library
        .iter()
        .filter(|lesson| !given.is_empty() && lesson.slug().starts_with(given))
        .collect();
    let lang = context.lang;
    if let [lesson] = begun[..] {
        return its_alone(context, library, lesson);
    }
    let is_meant = |broken: &&Broken| {
        let name = broken.name();
        let slug = name.trim_start_matches(|c: char| c.is_ascii_digit());
        [name.as_str(), slug.trim_start_matches('-')].contains(&given)
    };
    if let Some(broken) = library.broken().iter().find(is_meant) {
        let what = words::lesson(lang, &broken.error);
        return Err(Failure::new(Code::Unreadable, what));
    }
    let (what, names) = if begun.is_empty() {
        let slugs = library.iter().map(Lesson::slug);
        let near = nearest(given, slugs.chain(commands.iter().copied()));
        (lang.tell("cli.no-lesson", &[("given", &given)]), near)
    } else {
        let what = lang.tell("cli.several-lessons", &[("given", &given)]);
        (what, begun.iter().map(|lesson| lesson.slug()).collect())
    };
    let remedy = if names.is_empty() {
        lang.phrase("cli.see-list").to_owned()
    } else {
        lang.tell("cli.nearest", &[("names", &names.join(", "))])
    };
    Err(Failure::new(Code::Usage, what).remedy(remedy))
}

/// The lesson, unless another one has its slug too: nobody can tell which is meant.
fn its_alone<'a>(
    context: &Context,
    library: &Library,
    lesson: &'a Lesson,
) -> Result<&'a Lesson, Failure> {
    let mut broken = library.broken().iter();
    match broken.find(|broken| broken.error.taken() == Some(lesson.slug())) {
        None => Ok(lesson),
        Some(other) => Err(Failure::new(
            Code::Unreadable,
            words::lesson(context.lang, &other.error),
        )),
    }
}

/// The names most like the given one, the likeliest first; at most three.
fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let given = given.to_lowercase();
    let mut rated: Vec<(f64, &str)> = names
        .map(|name| {
            // A word of the name counts as much as all of it: `async` for `pool-async`.
            let alike = name
                .split('-')
                .chain([name])
                .map(|part| strsim::jaro_winkler(&given, part))
                .fold(0.0, f64::max);
            (alike, name)
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    rated.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let best = rated.first().map_or(0.0, |(alike, _)| *alike);
    rated.retain(|(alike, _)| *alike >= best - NEARLY);
    rated.into_iter().take(3).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_likeliest_names_come_first() {
        let names = ["array", "lock", "queue", "pool-async", "pool-blocking"];
        let near = |given| nearest(given, names.into_iter());
        assert_eq!(near("lokc"), ["lock"]);
        assert_eq!(near("Aray"), ["array"]);
        assert_eq!(near("async"), ["pool-async"]);
        assert_eq!(near("poolblocking"), ["pool-blocking"]);
        assert_eq!(near("poll"), ["pool-async", "pool-blocking"]);
        assert!(near("xyzzy").is_empty());
    }
}
