//! Colours: one for each process wherever it is shown, and a few moods for words.
//!
//! Owns the palette and the decision whether there is colour at all. Nothing is ever told by colour
//! alone: a PID, a name or a word stands beside it.

use std::fmt::{self, Display};

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// How many colours the output takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Depth {
    #[default]
    None,
    Sixteen,
    Indexed,
    True,
}

impl Depth {
    /// What an output takes: under `Auto` a terminal's own depth, unless `NO_COLOR` is set and not
    /// empty (no-color.org).
    pub fn decide(
        choice: ColourChoice,
        is_terminal: bool,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Depth {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        match choice {
            ColourChoice::Never => Depth::None,
            ColourChoice::Auto if !is_terminal || set("NO_COLOR").is_some() => Depth::None,
            ColourChoice::Auto if set("TERM").as_deref() == Some("dumb") => Depth::None,
            ColourChoice::Auto | ColourChoice::Always => Depth::of_terminal(&set),
        }
    }

    fn of_terminal(set: &impl Fn(&str) -> Option<String>) -> Depth {
        let terminal = set("TERM").unwrap_or_default();
        if set("COLORTERM").is_some_and(|word| word == "truecolor" || word == "24bit") {
            Depth::True
        } else if terminal.contains("256") || terminal.contains("direct") {
            Depth::Indexed
        } else {
            Depth::Sixteen
        }
    }
}

/// A colour, for every depth of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hue {
    /// 0 to 15.
    pub basic: u8,
    /// 16 to 255.
    pub indexed: u8,
    pub rgb: (u8, u8, u8),
}

/// Hues that can be told apart and read on dark and on light grounds; the main process has the first.
const PALETTE: [Hue; 12] = [
    hue_of(4, 75, (0x5f, 0xaf, 0xff)),
    hue_of(2, 71, (0x5f, 0xaf, 0x5f)),
    hue_of(5, 170, (0xd7, 0x5f, 0xd7)),
    hue_of(3, 178, (0xd7, 0xaf, 0x00)),
    hue_of(6, 37, (0x00, 0xaf, 0xaf)),
    hue_of(1, 167, (0xd7, 0x5f, 0x5f)),
    hue_of(12, 105, (0x87, 0x87, 0xff)),
    hue_of(10, 107, (0x87, 0xaf, 0x5f)),
    hue_of(13, 175, (0xd7, 0x87, 0xaf)),
    hue_of(11, 172, (0xd7, 0x87, 0x00)),
    hue_of(14, 73, (0x5f, 0xaf, 0xaf)),
    hue_of(9, 203, (0xff, 0x5f, 0x5f)),
];

const fn hue_of(basic: u8, indexed: u8, rgb: (u8, u8, u8)) -> Hue {
    Hue {
        basic,
        indexed,
        rgb,
    }
}

/// The colour of a process, by its birth number.
#[must_use]
pub fn hue(birth: usize) -> Hue {
    PALETTE[birth % PALETTE.len()]
}

/// What a word's colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Good,
    Bad,
    Warning,
    Heading,
    Dim,
}

impl Mood {
    const fn code(self) -> &'static str {
        match self {
            Mood::Good => "32",
            Mood::Bad => "1;31",
            Mood::Warning => "33",
            Mood::Heading => "1",
            Mood::Dim => "2",
        }
    }
}

/// Puts colour around words, or leaves them plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paint {
    depth: Depth,
}

impl Paint {
    #[must_use]
    pub fn new(depth: Depth) -> Paint {
        Paint { depth }
    }

    /// Words in the colour of a process.
    pub fn process<T: Display>(self, birth: usize, words: T) -> Painted<T> {
        let Hue {
            basic,
            indexed,
            rgb: (red, green, blue),
        } = hue(birth);
        let code = match self.depth {
            Depth::None => String::new(),
            Depth::Sixteen if basic < 8 => format!("{}", 30 + basic),
            Depth::Sixteen => format!("{}", 82 + basic),
            Depth::Indexed => format!("38;5;{indexed}"),
            Depth::True => format!("38;2;{red};{green};{blue}"),
        };
        Painted { words, code }
    }

    /// Words in the colour of a mood.
    pub fn mood<T: Display>(self, mood: Mood, words: T) -> Painted<T> {
        let code = match self.depth {
            Depth::None => "",
            _ => mood.code(),
        };
        Painted {
            words,
            code: code.to_owned(),
        }
    }
}

/// Words with a colour around them.
#[derive(Debug)]
pub struct Painted<T> {
    words: T,
    /// Of SGR; empty for none.
    code: String,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code.is_empty() {
            return self.words.fmt(f);
        }
        write!(f, "\x1b[{}m", self.code)?;
        self.words.fmt(f)?;
        f.write_str("\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::{ColourChoice, Depth, Mood, PALETTE, Paint};

    fn decide(choice: ColourChoice, is_terminal: bool, set: &[(&str, &str)]) -> Depth {
        Depth::decide(choice, is_terminal, |name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colour_is_for_terminals_that_want_it() {
        use ColourChoice::{Always, Auto, Never};
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(decide(Auto, true, &[xterm]), Depth::Indexed);
        assert_eq!(decide(Auto, false, &[xterm]), Depth::None);
        assert_eq!(decide(Auto, true, &[xterm, ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(
            decide(Auto, true, &[xterm, ("NO_COLOR", "")]),
            Depth::Indexed
        );
        assert_eq!(decide(Auto, true, &[("TERM", "dumb")]), Depth::None);
        assert_eq!(
            decide(Auto, true, &[("COLORTERM", "truecolor")]),
            Depth::True
        );
        assert_eq!(decide(Always, false, &[("NO_COLOR", "1")]), Depth::Sixteen);
        assert_eq!(decide(Never, true, &[xterm]), Depth::None);
    }

    #[test]
    fn a_process_keeps_its_colour_and_its_words_keep_their_form() {
        let paint = |depth| Paint::new(depth);
        assert_eq!(paint(Depth::None).process(3, "words").to_string(), "words");
        let cases = [
            (Depth::Sixteen, 6, "\x1b[94mx\x1b[0m"),
            (Depth::Sixteen, 0, "\x1b[34mx\x1b[0m"),
            (Depth::Indexed, 1, "\x1b[38;5;71mx\x1b[0m"),
            (Depth::True, 13, "\x1b[38;2;95;175;95mx\x1b[0m"),
        ];
        for (depth, birth, painted) in cases {
            assert_eq!(paint(depth).process(birth, "x").to_string(), painted);
        }
        let bad = paint(Depth::Sixteen).mood(Mood::Bad, "no");
        assert_eq!(format!("{bad:>4}"), "\x1b[1;31m  no\x1b[0m");
    }

    #[test]
    fn neighbours_have_different_colours_at_every_depth() {
        for (one, other) in PALETTE.iter().zip(PALETTE.iter().cycle().skip(1)) {
            assert!(one.basic != other.basic && one.indexed != other.indexed);
        }
    }
}
