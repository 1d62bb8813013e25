//! `Words`: a text in both languages of the program.
//!
//! Every sentence a lesson shows is a `Words`; the parser refuses one that lacks a language, so
//! the rest of the program never meets a missing text.

use crate::text::Lang;

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
