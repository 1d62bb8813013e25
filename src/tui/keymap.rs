//! Keys: one table makes the bindings, the footer and the help.
//!
//! A binding is data: its keys as they are shown, what it does, the words for it. Keys mean the same
//! everywhere; only a popup takes Enter, Esc and the arrows for itself.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::action::{Action, Seek, Step};
use super::app::App;
use super::theme::Glyphs;
use crate::text::Lang;

/// One line of the table.
pub(crate) struct Binding {
    keys: &'static [Key],
    /// As shown to people.
    pub(crate) shown: &'static str,
    action: Action,
    /// Locale key of its words.
    pub(crate) words: &'static str,
    /// Stands in the footer.
    pub(crate) footer: bool,
}

/// A key's words, such as this terminal can show: the other language's own name needs its letters.
pub(crate) fn words(app: &App, words: &'static str) -> &'static str {
    let phrase = app.lang.phrase(words);
    let plain = app.theme.glyphs == Glyphs::Ascii && app.lang == Lang::En;
    if plain && !phrase.is_ascii() {
        return app.lang.phrase("tui.key-language-plain");
    }
    phrase
}

impl Binding {
    /// Whether it does something only where a lesson is open.
    pub(crate) fn is_of_a_lesson(&self) -> bool {
        matches!(
            self.action,
            Action::Run
                | Action::Manual
                | Action::Predict
                | Action::Compare
                | Action::Parameters
                | Action::StartMethods
                | Action::Claims
        )
    }

    /// Whether it does something here: a program of one's own is not paused, and no lesson reads what is
    /// typed.
    pub(crate) fn is_offered(&self, app: &App) -> bool {
        let run = app.runs.current.as_ref();
        let own = app.is_of_own_program() && run.is_some_and(|run| !run.is_recording());
        match self.action {
            Action::Input => own,
            Action::Pause | Action::Manual | Action::StepOnce => !own,
            _ => true,
        }
    }
}

impl Binding {
    pub(crate) fn action(&self) -> Action {
        self.action
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Key {
    Char(char),
    Ctrl(char),
    Code(KeyCode),
}

const fn bind(
    keys: &'static [Key],
    shown: &'static str,
    action: Action,
    words: &'static str,
    footer: bool,
) -> Binding {
    Binding {
        keys,
        shown,
        action,
        words,
        footer,
    }
}

use Key::{Char, Code, Ctrl};

/// Every key, in the order help shows them.
pub(crate) const TABLE: &[Binding] = &[
    bind(&[Char('r')], "r", Action::Run, "tui.key-run", true),
    bind(&[Char(' ')], "Space", Action::Pause, "tui.key-pause", true),
    bind(&[Char('s')], "s", Action::Manual, "tui.key-manual", true),
    bind(&[Char('o')], "o", Action::StepOnce, "tui.key-step", false),
    bind(&[Char('u')], "u", Action::Undo, "tui.key-undo", true),
    bind(
        &[Char('m')],
        "m",
        Action::Outcomes,
        "tui.key-outcomes",
        true,
    ),
    bind(&[], "1-9", Action::Choose(1), "tui.key-choose", false),
    bind(&[Char('a')], "a", Action::Predict, "tui.key-predict", false),
    bind(&[Char('c')], "c", Action::Compare, "tui.key-compare", true),
    bind(
        &[Char('M')],
        "M",
        Action::StartMethods,
        "tui.key-methods",
        false,
    ),
    bind(&[Char('C')], "C", Action::Claims, "tui.key-claims", false),
    bind(&[Char('x')], "x", Action::Stop, "tui.key-stop", false),
    bind(&[Char('K')], "K", Action::Kill, "tui.key-kill", false),
    bind(&[Char('I')], "I", Action::Input, "tui.key-input", true),
    bind(
        &[Char(',')],
        ",",
        Action::Seek(Seek::Events(-1)),
        "tui.key-back",
        true,
    ),
    bind(
        &[Char('.')],
        ".",
        Action::Seek(Seek::Events(1)),
        "tui.key-forward",
        true,
    ),
    bind(
        &[Char('<')],
        "<",
        Action::Seek(Seek::Events(-10)),
        "tui.key-back-ten",
        false,
    ),
    bind(
        &[Char('>')],
        ">",
        Action::Seek(Seek::Events(10)),
        "tui.key-forward-ten",
        false,
    ),
    bind(
        &[Char('[')],
        "[",
        Action::Seek(Seek::Marker(-1)),
        "tui.key-marker-back",
        false,
    ),
    bind(
        &[Char(']')],
        "]",
        Action::Seek(Seek::Marker(1)),
        "tui.key-marker",
        false,
    ),
    bind(
        &[Char('(')],
        "(",
        Action::Seek(Seek::Process(-1)),
        "tui.key-process-back",
        false,
    ),
    bind(
        &[Char(')')],
        ")",
        Action::Seek(Seek::Process(1)),
        "tui.key-process",
        false,
    ),
    bind(
        &[Char('{')],
        "{",
        Action::Seek(Seek::Alike(-1)),
        "tui.key-alike-back",
        false,
    ),
    bind(
        &[Char('}')],
        "}",
        Action::Seek(Seek::Alike(1)),
        "tui.key-alike",
        false,
    ),
    bind(&[Char('t')], "t", Action::GoTo, "tui.key-goto", false),
    bind(&[Char('i')], "i", Action::CutIdle, "tui.key-idle", false),
    bind(
        &[Char('e')],
        "e",
        Action::Seek(Seek::Now),
        "tui.key-now",
        false,
    ),
    bind(
        &[Char('+'), Char('=')],
        "+",
        Action::Faster,
        "tui.key-faster",
        false,
    ),
    bind(&[Char('-')], "-", Action::Slower, "tui.key-slower", false),
    bind(
        &[Code(KeyCode::Tab)],
        "Tab",
        Action::NextPanel,
        "tui.key-panel",
        true,
    ),
    bind(
        &[Code(KeyCode::BackTab)],
        "Shift-Tab",
        Action::PreviousPanel,
        "tui.key-panel-back",
        false,
    ),
    bind(
        &[Code(KeyCode::Down), Char('j')],
        "↓ j",
        Action::Move(Step::Lines(1)),
        "tui.key-down",
        false,
    ),
    bind(
        &[Code(KeyCode::Up), Char('k')],
        "↑ k",
        Action::Move(Step::Lines(-1)),
        "tui.key-up",
        false,
    ),
    bind(
        &[Code(KeyCode::Left), Char('h')],
        "← h",
        Action::Sideways(-1),
        "tui.key-left",
        false,
    ),
    bind(
        &[Code(KeyCode::Right), Char('l')],
        "→ l",
        Action::Sideways(1),
        "tui.key-right",
        false,
    ),
    bind(
        &[Code(KeyCode::PageDown), Ctrl('f')],
        "PgDn",
        Action::Move(Step::Pages(1)),
        "tui.key-page-down",
        false,
    ),
    bind(
        &[Code(KeyCode::PageUp), Ctrl('b')],
        "PgUp",
        Action::Move(Step::Pages(-1)),
        "tui.key-page-up",
        false,
    ),
    bind(
        &[Code(KeyCode::Home)],
        "Home",
        Action::Move(Step::Start),
        "tui.key-home",
        false,
    ),
    bind(
        &[Code(KeyCode::End), Char('G')],
        "End",
        Action::Move(Step::End),
        "tui.key-end",
        false,
    ),
    bind(&[Char('z')], "z", Action::Zoom, "tui.key-zoom", true),
    bind(
        &[Char('v')],
        "v",
        Action::ZoomTime(1),
        "tui.key-closer",
        false,
    ),
    bind(
        &[Char('V')],
        "V",
        Action::ZoomTime(-1),
        "tui.key-wider",
        false,
    ),
    bind(&[Char('f')], "f", Action::Filter, "tui.key-filter", false),
    bind(&[Char('F')], "F", Action::OwnRows, "tui.key-own", false),
    bind(&[Char('P')], "P", Action::Program, "tui.key-program", false),
    bind(
        &[Char('g'), Char(':')],
        "g :",
        Action::Lessons,
        "tui.key-lessons",
        true,
    ),
    bind(
        &[Char('p')],
        "p",
        Action::Parameters,
        "tui.key-parameters",
        true,
    ),
    bind(&[Char('/')], "/", Action::Search, "tui.key-search", false),
    bind(&[Char('n')], "n", Action::Find(1), "tui.key-find", false),
    bind(
        &[Char('N')],
        "N",
        Action::Find(-1),
        "tui.key-find-back",
        false,
    ),
    bind(&[Char('w')], "w", Action::Save, "tui.key-save", false),
    bind(&[Char('E')], "E", Action::Engine, "tui.key-engine", false),
    bind(&[Char('y')], "y", Action::Copy, "tui.key-copy", false),
    bind(
        &[Char('L')],
        "L",
        Action::Language,
        "tui.key-language",
        true,
    ),
    bind(&[Char('T')], "T", Action::Theme, "tui.key-theme", false),
    bind(
        &[Code(KeyCode::Enter)],
        "Enter",
        Action::Confirm,
        "tui.key-confirm",
        false,
    ),
    bind(
        &[Code(KeyCode::Esc)],
        "Esc",
        Action::Cancel,
        "tui.key-cancel",
        false,
    ),
    bind(
        &[Ctrl('z')],
        "Ctrl-Z",
        Action::Suspend,
        "tui.key-suspend",
        false,
    ),
    bind(
        &[Ctrl('l')],
        "Ctrl-L",
        Action::Redraw,
        "tui.key-redraw",
        false,
    ),
    bind(
        &[Char('?'), Code(KeyCode::F(1))],
        "?",
        Action::Help,
        "tui.key-help",
        true,
    ),
    bind(
        &[Char('q'), Ctrl('c')],
        "q",
        Action::Quit,
        "tui.key-quit",
        true,
    ),
];

/// What a key does.
pub(crate) fn action(app: &App, key: KeyEvent) -> Option<Action> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let pressed = match key.code {
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => Ctrl(c),
        KeyCode::Char(c) => Char(c),
        code => Code(code),
    };
    let typed = app.popup.as_ref().and_then(|popup| match pressed {
        Char(c) if popup.types(c) => Some(Action::Type(c)),
        Code(KeyCode::Backspace) => Some(Action::Erase),
        _ => None,
    });
    let digit = match pressed {
        Char(c @ '1'..='9') => c.to_digit(10).map(|n| Action::Choose(n as usize)),
        _ => None,
    };
    typed.or(digit).or_else(|| {
        TABLE
            .iter()
            .find(|binding| binding.keys.contains(&pressed))
            .map(|binding| binding.action)
    })
}
