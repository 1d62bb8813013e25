//! `Words`: a text in both languages of the program.
//!
//! Every sentence a lesson shows is a `Words`. A pack may be written in one language; its text then stands
//! for the other as well, so that the rest of the program never meets a missing one. Sentences of our own
//! come from the locale files (`Words::tell`).

use std::fmt::Display;

use crate::text::Lang;

/// One text, in English and in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Words {
    pub en: String,
    pub zh: String,
}

/// What fills a place in a sentence: the same in every language, or a text in each.
pub trait Part {
    fn part(&self, lang: Lang) -> String;
}

impl<T: Display> Part for T {
    fn part(&self, _: Lang) -> String {
        self.to_string()
    }
}

impl Part for Words {
    fn part(&self, lang: Lang) -> String {
        self.get(lang).to_owned()
    }
}

impl Words {
    #[must_use]
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Words {
        Words {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// The text of each language.
    pub fn of(text: impl Fn(Lang) -> String) -> Words {
        Words::new(text(Lang::En), text(Lang::Zh))
    }

    /// The words of a key of the locale files, each `{name}` filled from `places`.
    #[must_use]
    pub fn tell(key: &'static str, places: &[(&str, &dyn Part)]) -> Words {
        Words::of(|lang| {
            let parts: Vec<(&str, String)> = places
                .iter()
                .map(|(name, part)| (*name, part.part(lang)))
                .collect();
            let filled: Vec<(&str, &dyn Display)> = parts
                .iter()
                .map(|(name, part)| (*name, part as &dyn Display))
                .collect();
            lang.tell(key, &filled)
        })
    }

    /// The text in `lang`, or the one there is.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        let (text, other) = match lang {
            Lang::En => (&self.en, &self.zh),
            Lang::Zh => (&self.zh, &self.en),
        };
        if text.is_empty() { other } else { text }
    }
}
