//! What keys do, through the table and `update`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::scene::{app, overflow, picture, play, typical};
use crate::feed::Control;
use crate::text::Lang;
use crate::tui::action::{Action, PanelId};
use crate::tui::app::{App, Popup, Twin};
use crate::tui::effect::{Effect, Leave};
use crate::tui::keymap;
use crate::tui::update::update;

/// Presses keys, a character each; `\t`, `\n` and `\x1b` are Tab, Enter and Esc.
fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let code = match c {
            '\t' => KeyCode::Tab,
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        if let Some(action) = keymap::action(app, KeyEvent::new(code, KeyModifiers::NONE)) {
            effects.extend(update(app, action));
        }
    }
    effects
}

#[test]
fn quitting_asks_while_a_run_goes_on() {
    let mut app = app("lock", Lang::En);
    assert_eq!(press(&mut app, "q"), [Effect::Leave(Leave::Quit)]);
    play(&mut app, typical(), "lock");
    assert_eq!(press(&mut app, "q"), []);
    assert_eq!(app.popup, Some(Popup::Quit));
    assert_eq!(press(&mut app, "\x1b"), []);
    assert_eq!(app.popup, None);
    assert_eq!(press(&mut app, "qq"), [Effect::Leave(Leave::Quit)]);
}

#[test]
fn a_kill_is_asked_about_and_names_the_process() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    app.focus = PanelId::Ps;
    assert_eq!(press(&mut app, "K"), []);
    assert!(app.notice.is_some() && app.popup.is_none());
    press(&mut app, "jjj");
    assert_eq!(press(&mut app, "K"), []);
    assert!(matches!(app.popup, Some(Popup::Kill { pid: 102, .. })));
    let kill = Effect::Control(Control::Kill { pid: 102 });
    assert_eq!(press(&mut app, "\n"), [kill]);
}

#[test]
fn looking_back_and_returning_to_now() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    let (place, end) = app.run.as_ref().expect("a run").places();
    assert_eq!(place, end);
    press(&mut app, "<,");
    assert_eq!(app.run.as_ref().expect("a run").places(), (end - 11, end));
    assert_eq!(app.world().folded(), end - 11);
    press(&mut app, ".");
    assert_eq!(app.world().folded(), end - 10);
    press(&mut app, "e");
    assert!(app.run.as_ref().expect("a run").is_now());
}

#[test]
fn language_and_program_change_at_once() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "LP");
    assert_eq!((app.lang, app.twin), (Lang::Zh, Twin::Rust));
    assert!(picture(&mut app, (80, 24)).contains("program.rs"));
}

#[test]
fn a_screen_too_small_says_so_politely() {
    let mut app = app("lock", Lang::En);
    assert!(picture(&mut app, (50, 12)).contains("at least 60 columns"));
}

#[test]
fn no_escape_of_a_child_reaches_the_screen() {
    let mut app = app("lock", Lang::En);
    play(&mut app, overflow(), "lock");
    app.focus = PanelId::Output;
    app.zoom = true;
    let shown = picture(&mut app, (200, 60));
    assert!(shown.contains("red"), "{shown}");
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{7}'),
        "{shown}"
    );
}

#[test]
fn every_action_of_the_table_can_be_done_anywhere() {
    for panel in PanelId::ALL {
        let mut app = app("pool-async", Lang::Zh);
        app.focus = panel;
        for binding in keymap::TABLE {
            let _ = update(&mut app, binding.action());
            let _ = update(&mut app, Action::Cancel);
            let _ = picture(&mut app, (80, 24));
        }
    }
}
