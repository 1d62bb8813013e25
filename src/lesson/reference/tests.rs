//! Holds the page against the parser: every key the parser asks for, kind, name and function is described,
//! and nothing else.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{kind, page, rows, topics};
use crate::lesson::expr::FUNCTIONS;
use crate::lesson::{CIRCUMSTANCES, CheckKind, Manifest, RUN_FUNCTIONS, RUN_NAMES};
use crate::text::Lang;
use crate::trace::{Header, RunStatus};

thread_local! {
    static ASKED: RefCell<BTreeSet<String>> = RefCell::default();
}

/// The parser asked for this key.
pub(in crate::lesson) fn asked(of: &'static str, key: &'static str) {
    ASKED.with_borrow_mut(|asked| asked.insert(format!("{of}.{key}")));
}

/// What the parser asks for while it reads a file that has everything once.
fn asked_by_the_parser() -> BTreeSet<String> {
    ASKED.take();
    let mut text = String::from(
        "title = {}\noutcome = { kind = \"blocks\", lines = [{}] }\ndefine = { a = \"1\" }\n\
         [[listings]]\n[[claims]]\n[[matrix]]\n",
    );
    for kind in ["int", "bool", "seconds", "choice"] {
        let _ = write!(
            text,
            "[[parameters]]\nkind = \"{kind}\"\nchoices = [{{}}]\n"
        );
    }
    for kind in CheckKind::words() {
        let _ = write!(
            text,
            "[[checks]]\nkind = \"{kind}\"\ncells = [{{}}]\nlines = [{{}}]\ntasks = {{}}\n"
        );
    }
    text += "[[checks]]\nkind = \"final-value\"\nentries = [{}]\n";
    for kind in ["choice", "order", "number", "possible"] {
        let _ = write!(
            text,
            "[[predictions]]\nkind = \"{kind}\"\noptions = [{{}}]\n"
        );
    }
    assert!(Manifest::parse("lesson.toml", &text).is_err());
    assert!(Manifest::parse("lesson.toml", "outcome = { kind = \"value\" }").is_err());
    ASKED.take()
}

fn described(lang: Lang) -> BTreeSet<String> {
    rows(lang)
        .flat_map(|row| row.keys().map(move |key| format!("{}.{key}", row.of)))
        .collect()
}

fn with<'a>(of: &str, names: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    names.map(|name| format!("{of}.{name}")).collect()
}

#[test]
fn the_page_has_everything_and_nothing_else() {
    let header = serde_json::to_value(Header {
        argv: vec!["a".into()],
        seed: Some(1),
        python: Some("3".into()),
        start_method: Some("fork".into()),
        ..Header::of("x")
    });
    let header = header.unwrap();
    let mut wanted = asked_by_the_parser();
    assert!(wanted.len() > 80, "{wanted:?}");
    wanted.extend(with(
        "circumstance",
        CIRCUMSTANCES.iter().map(|(name, _)| *name),
    ));
    wanted.extend(with("run-name", RUN_NAMES.iter().map(|(name, _)| *name)));
    wanted.extend(with(
        "run-function",
        RUN_FUNCTIONS.iter().map(|known| known.name),
    ));
    wanted.extend(with("function", FUNCTIONS.iter().copied()));
    wanted.extend(with(
        "status-word",
        RunStatus::ALL.iter().map(|word| word.as_str()),
    ));
    wanted.extend(with(
        "header",
        header.as_object().unwrap().keys().map(String::as_str),
    ));
    let files = [
        "lesson.toml",
        "en.md",
        "zh.md",
        "program.py",
        "program.rs",
        "probes/*.py",
    ];
    wanted.extend(with("file", files.into_iter()));
    for lang in Lang::ALL {
        let described = described(lang);
        let missing: Vec<_> = wanted.difference(&described).collect();
        let strange: Vec<_> = described.difference(&wanted).collect();
        assert!(
            missing.is_empty() && strange.is_empty(),
            "missing {missing:?}, strange {strange:?}"
        );
        for word in CheckKind::words() {
            assert!(
                kind(lang, word).is_some_and(|text| text.len() > 10),
                "{word}"
            );
        }
    }
}

#[test]
fn both_pages_have_the_same_parts() {
    let names = |lang| topics(lang).map(|topic| topic.name).collect::<Vec<_>>();
    assert_eq!(names(Lang::En), names(Lang::Zh));
    assert!(names(Lang::En).len() >= 10);
    let headings = |lang| {
        let lines = page(lang).lines();
        let kinds = lines.filter_map(|line| line.strip_prefix("### "));
        kinds.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(headings(Lang::En), headings(Lang::Zh));
}
