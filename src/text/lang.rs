//! `Lang`: a language of the program, and which one the user's environment asks for.

/// A language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    #[default]
    En,
    Zh,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    /// `en` or `zh`: the key in lesson.toml and the stem of a text's file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    /// The language whose code this is.
    #[must_use]
    pub fn parse(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The language for messages: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and
    /// not empty decides (locale(7)); a language we have no words in is English.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Lang {
        locale_for(&["LC_ALL", "LC_MESSAGES", "LANG"], variable)
            .and_then(|locale| {
                let code = locale.split(['_', '.', '@', '-']).next()?.to_lowercase();
                Lang::parse(&code)
            })
            .unwrap_or_default()
    }
}

/// Whether the environment says that characters are UTF-8 (`LC_ALL`, `LC_CTYPE`, `LANG`).
pub fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    locale_for(&["LC_ALL", "LC_CTYPE", "LANG"], variable).is_some_and(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

fn locale_for(names: &[&str], variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    names
        .iter()
        .filter_map(|name| variable(name))
        .find(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Lang, is_utf8};

    fn variables(set: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_first_variable_that_says_something_decides() {
        for (set, lang) in [
            (&[][..], Lang::En),
            (&[("LANG", "zh_CN.UTF-8")], Lang::Zh),
            (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], Lang::En),
            (&[("LANG", "de_DE.UTF-8"), ("LC_MESSAGES", "zh")], Lang::Zh),
            (&[("LANG", "zh-Hans"), ("LC_ALL", "")], Lang::Zh),
            (&[("LANG", "zha_XX")], Lang::En),
        ] {
            assert_eq!(Lang::from_environment(variables(set)), lang, "{set:?}");
        }
    }

    #[test]
    fn utf8_is_what_the_character_type_says() {
        for (set, utf8) in [
            (&[][..], false),
            (&[("LANG", "en_US.UTF-8")], true),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "POSIX")], false),
            (&[("LC_CTYPE", "C.utf8"), ("LANG", "C")], true),
        ] {
            assert_eq!(is_utf8(variables(set)), utf8, "{set:?}");
        }
    }
}
