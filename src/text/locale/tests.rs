//! Holds the locale files against each other and against the source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{FILES, Lang, fill, words};

/// Names in braces.
fn places(text: &str) -> BTreeSet<String> {
    text.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(place, _)| place.split(':').next().unwrap_or(place).to_owned())
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // The words' own tests speak of keys that are not there.
            if !path.ends_with("text/locale") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.display().to_string();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// How a key that is data is asked for: elsewhere.
const DATA: &str = "data";

/// Every use of a key in the source: how it is asked for, the key, the places given, where.
struct Use {
    how: &'static str,
    key: String,
    given: BTreeSet<String>,
    file: String,
}

fn uses() -> Vec<Use> {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let mut uses = Vec::new();
    for (file, text) in files {
        // Keys also stand in tables and matches, as data.
        let known = words(Lang::En);
        for key in text.split('"') {
            if !known.contains_key(key) && !key.starts_with("tui.") {
                continue;
            }
            uses.push(Use {
                how: DATA,
                key: key.to_owned(),
                given: BTreeSet::new(),
                file: file.clone(),
            });
        }
        for how in [".phrase(", ".tell(", "::tell(", ".term("] {
            for after in text.split(how).skip(1) {
                let Some(key) = literal(after) else { continue };
                let call: String = list(after).split_whitespace().collect();
                let given = if how.ends_with("tell(") {
                    call.split("(\"")
                        .skip(1)
                        .filter_map(|part| part.split_once('"'))
                        .map(|(name, _)| name.to_owned())
                        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
                        .collect()
                } else {
                    BTreeSet::new()
                };
                uses.push(Use {
                    how,
                    key,
                    given,
                    file: file.clone(),
                });
            }
        }
    }
    uses
}

/// What stands between the first `[` and its `]`.
fn list(after: &str) -> &str {
    let mut depth = 0;
    for (at, c) in after.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth == 1 => return &after[..at],
            ']' => depth -= 1,
            _ => {}
        }
    }
    after
}

fn literal(after: &str) -> Option<String> {
    let inner = after.trim_start().strip_prefix('"')?;
    Some(inner.split('"').next()?.to_owned())
}

#[test]
fn every_key_has_every_language_with_the_same_places() {
    for file in FILES.iter().flatten() {
        file.parse::<toml::Table>().expect("a locale file is TOML");
    }
    let all = |lang| -> BTreeMap<&str, BTreeSet<String>> {
        words(lang)
            .iter()
            .map(|(key, text)| (key.as_str(), places(text)))
            .collect()
    };
    let english = all(Lang::En);
    assert!(!english.is_empty());
    assert_eq!(english, all(Lang::Zh));
    for lang in Lang::ALL {
        for (key, text) in words(lang) {
            assert!(!text.trim().is_empty(), "{} {key}", lang.code());
        }
    }
}

#[test]
fn every_key_in_the_source_exists_and_gets_its_places() {
    let known = words(Lang::En);
    for Use {
        how,
        key,
        given,
        file,
    } in uses()
    {
        if how == ".term(" {
            let family = format!("{key}.");
            assert!(
                known.keys().any(|known| known.starts_with(&family)),
                "{file}: no word of the family {key}"
            );
            continue;
        }
        let text = known
            .get(&key)
            .unwrap_or_else(|| panic!("{file}: no key {key}"));
        if how != DATA {
            assert_eq!(places(text), given, "{file}: places of {key}");
        }
    }
}

#[test]
fn no_key_stands_unused() {
    let uses = uses();
    let stands = |key: &str| {
        uses.iter().any(|use_| match use_.how {
            ".term(" => key
                .strip_prefix(use_.key.as_str())
                .is_some_and(|rest| rest.starts_with('.')),
            _ => use_.key == key,
        })
    };
    let unused: Vec<&String> = words(Lang::En).keys().filter(|key| !stands(key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn chinese_words_use_chinese_punctuation() {
    for (key, text) in words(Lang::Zh) {
        let characters: Vec<char> = text.chars().collect();
        for pair in characters.windows(2) {
            let chinese = ('\u{4e00}'..='\u{9fff}').contains(&pair[0]);
            assert!(!(chinese && ",;:?!.".contains(pair[1])), "{key}: {text}");
        }
    }
}

#[test]
fn places_are_filled_and_unknown_ones_stay() {
    assert_eq!(
        fill("{a} of {b}", &[("a", &1), ("b", &"x{a}")]),
        "1 of x{a}"
    );
    assert_eq!(fill("{a} {c} {", &[("a", &1)]), "1 {c} {");
    let runs = |n: u32| fill("{n} {n:run|runs}", &[("n", &n)]);
    assert_eq!((runs(1), runs(2)), ("1 run".into(), "2 runs".into()));
    assert_eq!(Lang::En.phrase("no.such.key"), "no.such.key");
    assert_eq!(
        Lang::En.term("status", "from-the-future"),
        "from-the-future"
    );
}
