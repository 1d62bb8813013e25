//! `forklore lessons new SLUG`: a lesson folder that runs at once, to be changed into one's own.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Stop;
use crate::cli::context::Context;
use crate::cli::trust;
use crate::error::{Code, Failure};
use crate::text::Lang;

const PROGRAM: &str = include_str!("../../../assets/new-lesson/program.py");
const PROBE: &str = include_str!("../../../assets/new-lesson/probe.py");
const MANIFEST: [&str; 2] = [
    include_str!("../../../assets/new-lesson/en.toml"),
    include_str!("../../../assets/new-lesson/zh.toml"),
];
const TEXT: [&str; 2] = [
    include_str!("../../../assets/new-lesson/en.md"),
    include_str!("../../../assets/new-lesson/zh.md"),
];

pub(super) fn run(context: &Context, slug: &str, dir: Option<PathBuf>) -> Result<Code, Stop> {
    let lang = context.lang;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !slug.starts_with(|c: char| c.is_ascii_lowercase()) || !slug.chars().all(fits) {
        let what = lang.tell("lessons.no-slug", &[("slug", &slug)]);
        return Err(Failure::new(Code::Usage, what).into());
    }
    let folder = dir.unwrap_or_default().join(slug);
    let refused = |error: io::Error| {
        let path = folder.display();
        let what = match error.kind() {
            io::ErrorKind::AlreadyExists => lang.tell("lessons.exists", &[("path", &path)]),
            _ => lang.tell("lessons.not-made", &[("path", &path), ("why", &error)]),
        };
        Failure::new(Code::Usage, what)
    };
    make(&folder, lang, slug).map_err(refused)?;
    // What it has is ours, so it may run.
    trust::keep(&folder);
    let path = folder.display();
    context.tell(&lang.tell("lessons.made", &[("path", &path), ("slug", &slug)]));
    Ok(Code::Fine)
}

fn make(folder: &Path, lang: Lang, slug: &str) -> io::Result<()> {
    if let Some(above) = folder.parent() {
        std::fs::create_dir_all(above)?;
    }
    // Never into a folder that is there: nothing of anybody's is written over.
    std::fs::create_dir(folder)?;
    std::fs::create_dir(folder.join("probes"))?;
    let text = match lang {
        Lang::En => "en.md",
        Lang::Zh => "zh.md",
    };
    let manifest = MANIFEST[lang as usize].replace("SLUG", slug);
    for (name, text) in [
        ("lesson.toml", manifest.as_str()),
        ("program.py", PROGRAM),
        ("probes/adds_up.py", PROBE),
        (text, TEXT[lang as usize]),
    ] {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
