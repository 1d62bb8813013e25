//! `Words`: a text in both languages of the program.
//!
//! Every sentence a lesson shows is a `Words`; the parser refuses one that lacks a language, so
//! the rest of the program never meets a missing text.

/// A language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    #[default]
    En,
    Zh,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    /// `en` or `zh`: the key in lesson.toml and the stem of the text's file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }
}

/// One text, in English and in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub en: String,
    pub zh: String,
}

impl Words {
    #[must_use]
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Words {
        Words {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// The text in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}
