//! Themes: colours for every depth of terminal, and the signs drawn with.
//!
//! Owns the mapping from meaning (a process, good, bad, dim, focus) to a ratatui style. Nothing is
//! told by colour alone, so every theme works without colours too.

use ratatui::style::{Color, Modifier, Style};

use crate::text::{Depth, hue};

/// What the terminal's ground is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    Dark,
    Light,
}

/// The signs that are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    Unicode,
    Ascii,
}

/// How things look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    pub depth: Depth,
    pub ground: Background,
    pub glyphs: Glyphs,
    /// The ground is painted; otherwise it is the terminal's own.
    pub painted: bool,
}

impl Default for Theme {
    /// A dark terminal with 256 colours, as most are.
    fn default() -> Theme {
        Theme {
            depth: Depth::Indexed,
            ground: Background::Dark,
            glyphs: Glyphs::Unicode,
            painted: false,
        }
    }
}

impl Theme {
    fn colour(self, basic: u8, indexed: u8, rgb: (u8, u8, u8)) -> Option<Color> {
        match self.depth {
            Depth::None => None,
            Depth::Sixteen => Some(Color::Indexed(basic)),
            Depth::Indexed => Some(Color::Indexed(indexed)),
            Depth::True => Some(Color::Rgb(rgb.0, rgb.1, rgb.2)),
        }
    }

    /// A process, by its birth number.
    pub(crate) fn process(self, birth: usize) -> Style {
        let hue = hue(birth);
        fore(self.colour(hue.basic, hue.indexed, hue.rgb))
    }

    pub(crate) fn good(self) -> Style {
        fore(self.colour(2, 71, (0x5f, 0xaf, 0x5f)))
    }

    pub(crate) fn bad(self) -> Style {
        fore(self.colour(1, 167, (0xd7, 0x5f, 0x5f))).add_modifier(Modifier::BOLD)
    }

    pub(crate) fn warning(self) -> Style {
        fore(self.colour(3, 172, (0xd7, 0x87, 0x00)))
    }

    pub(crate) fn dim(self) -> Style {
        match self.depth {
            Depth::None | Depth::Sixteen => Style::new().add_modifier(Modifier::DIM),
            _ => fore(self.colour(8, 244, (0x80, 0x80, 0x80))),
        }
    }

    #[expect(
        clippy::unused_self,
        reason = "panels ask the theme for every style, whether it depends on it or not"
    )]
    pub(crate) fn heading(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Words of a programming language.
    pub(crate) fn keyword(self) -> Style {
        fore(self.colour(5, 133, (0xaf, 0x5f, 0xaf)))
    }

    pub(crate) fn string(self) -> Style {
        fore(self.colour(2, 65, (0x5f, 0x87, 0x5f)))
    }

    pub(crate) fn number(self) -> Style {
        fore(self.colour(6, 67, (0x5f, 0x87, 0xaf)))
    }

    /// The border of the panel that has the focus, and of the others.
    pub(crate) fn border(self, focused: bool) -> Style {
        if focused {
            fore(self.colour(6, 37, (0x00, 0xaf, 0xaf))).add_modifier(Modifier::BOLD)
        } else {
            self.dim()
        }
    }

    /// The row that is selected.
    #[expect(
        clippy::unused_self,
        reason = "panels ask the theme for every style, whether it depends on it or not"
    )]
    pub(crate) fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What the learner is asked to do next.
    pub(crate) fn next_step(self) -> Style {
        fore(self.colour(6, 37, (0x00, 0xaf, 0xaf))).add_modifier(Modifier::BOLD)
    }

    /// What everything stands on: the terminal's own ground, or a painted one.
    pub(crate) fn base(self) -> Style {
        let (fore, ground) = match self.ground {
            Background::Dark => (
                self.colour(7, 252, (0xd0, 0xd0, 0xd0)),
                self.colour(0, 234, (0x1c, 0x1c, 0x1c)),
            ),
            Background::Light => (
                self.colour(0, 235, (0x26, 0x26, 0x26)),
                self.colour(15, 231, (0xff, 0xff, 0xff)),
            ),
        };
        match (self.painted, fore, ground) {
            (true, Some(fore), Some(ground)) => Style::new().fg(fore).bg(ground),
            _ => Style::new(),
        }
    }

    /// The next theme: the terminal's own ground, dark, light.
    pub(crate) fn next(self) -> Theme {
        let (painted, ground) = match (self.painted, self.ground) {
            (false, _) => (true, Background::Dark),
            (true, Background::Dark) => (true, Background::Light),
            (true, Background::Light) => (false, Background::Dark),
        };
        Theme {
            ground,
            painted,
            ..self
        }
    }

    /// The locale key of its name.
    pub(crate) fn words(self) -> &'static str {
        match (self.depth, self.painted, self.ground) {
            (Depth::None, ..) => "tui.theme-none",
            (_, false, _) => "tui.theme-own",
            (_, true, Background::Dark) => "tui.theme-dark",
            (_, true, Background::Light) => "tui.theme-light",
        }
    }
}

fn fore(colour: Option<Color>) -> Style {
    colour.map_or_else(Style::new, |colour| Style::new().fg(colour))
}

impl Glyphs {
    /// One of a pair of signs: the Unicode one or its ASCII stand-in.
    pub(crate) fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Glyphs::Unicode => unicode,
            Glyphs::Ascii => ascii,
        }
    }
}
