//! The words of the program in its languages: `assets/locales/en.toml` and `zh.toml`, by key. Those of
//! findings and of `why` stand in files of their own.
//!
//! Owns the lookup (`Lang::phrase`, `Lang::tell`, `Lang::term`) and the tests that no key lacks a
//! language, that both languages fill the same places, and that source and files agree on the keys.
//! Teaching prose is not here: lessons carry their own words.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::OnceLock;

use super::Lang;

type Words = HashMap<String, String>;

static FILES: [[&str; 4]; 2] = [
    [
        include_str!("../../assets/locales/en.toml"),
        include_str!("../../assets/locales/findings/en.toml"),
        include_str!("../../assets/locales/findings/silent/en.toml"),
        include_str!("../../assets/locales/why/en.toml"),
    ],
    [
        include_str!("../../assets/locales/zh.toml"),
        include_str!("../../assets/locales/findings/zh.toml"),
        include_str!("../../assets/locales/findings/silent/zh.toml"),
        include_str!("../../assets/locales/why/zh.toml"),
    ],
];

/// The words of a language, by dotted key.
fn words(lang: Lang) -> &'static Words {
    static WORDS: [OnceLock<Words>; 2] = [const { OnceLock::new() }; 2];
    WORDS[lang as usize].get_or_init(|| {
        // A file that can't be read leaves keys in place of words; a test keeps it from happening.
        let mut words = HashMap::new();
        for file in FILES[lang as usize] {
            flatten("", &file.parse().unwrap_or_default(), &mut words);
        }
        words
    })
}

fn flatten(under: &str, table: &toml::Table, words: &mut Words) {
    for (name, value) in table {
        let key = format!("{under}{name}");
        match value {
            toml::Value::Table(table) => flatten(&format!("{key}."), table, words),
            toml::Value::String(text) => drop(words.insert(key, text.clone())),
            _ => {}
        }
    }
}

impl Lang {
    /// The words of a key that has no places to fill.
    #[must_use]
    pub fn phrase(self, key: &'static str) -> &'static str {
        words(self).get(key).map_or(key, String::as_str)
    }

    /// The words of a key, each `{name}` filled from `places`.
    #[must_use]
    pub fn tell(self, key: &'static str, places: &[(&str, &dyn Display)]) -> String {
        fill(self.phrase(key), places)
    }

    /// The word for one of a family of names known only at run time (`status.deadlock`); the name
    /// itself where there is none, as in a recording of a later version.
    #[must_use]
    pub fn term(self, family: &'static str, name: &str) -> String {
        let found = words(self).get(&format!("{family}.{name}"));
        found.map_or_else(|| name.to_owned(), Clone::clone)
    }
}

/// Fills each `{name}`; one that is not given stays as it stands. `{name:one|many}` is the word that
/// goes with the number at `name`.
fn fill(text: &str, places: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((place, after)) = after.split_once('}') else {
            rest = &rest[before.len()..];
            break;
        };
        let (name, forms) = place.split_once(':').unwrap_or((place, ""));
        let value = places.iter().find(|(known, _)| *known == name);
        match (value.map(|(_, value)| value.to_string()), forms) {
            (Some(value), "") => filled.push_str(&value),
            (Some(value), forms) => {
                let (one, many) = forms.split_once('|').unwrap_or((forms, forms));
                filled.push_str(if value == "1" { one } else { many });
            }
            (None, _) => filled.extend(["{", place, "}"]),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
