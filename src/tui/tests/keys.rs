//! What keys do, through the table and `update`, wherever the learner is.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::scene::{app, overflow, picture, play, pool, popup, press, typical};
use crate::feed::Control;
use crate::lesson::{Circumstances, Params, Value};
use crate::text::Lang;
use crate::trace::{Args, Engine, Kind, Op, OpName, StartMethod};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::{Effect, Leave};
use crate::tui::host::{PythonChoice, RunOptions};
use crate::tui::panel::{Cache, PanelId};
use crate::tui::panes::Twin;
use crate::tui::popup::kill::Kill;
use crate::tui::popup::quit::Quit;
use crate::tui::update::update;
use crate::tui::{keymap, layout, terminal};

#[test]
fn quitting_asks_while_a_run_goes_on() {
    let mut app = app("lock", Lang::En);
    assert_eq!(press(&mut app, "q"), [Effect::Leave(Leave::Quit)]);
    play(&mut app, typical(), "lock");
    assert_eq!(press(&mut app, "q"), []);
    assert!(popup::<Quit>(&app).is_some());
    assert_eq!(press(&mut app, "\x1b"), []);
    assert!(app.popup.is_none());
    assert_eq!(press(&mut app, "qq"), [Effect::Leave(Leave::Quit)]);
}

#[test]
fn a_kill_is_asked_about_and_names_the_process() {
    let mut app = app("lock", Lang::En);
    play(&mut app, typical(), "lock");
    app.panes.focus = PanelId::Ps;
    assert_eq!(press(&mut app, "K"), []);
    assert!(app.notice.is_some() && app.popup.is_none());
    press(&mut app, "jjj");
    assert_eq!(press(&mut app, "K"), []);
    assert_eq!(popup::<Kill>(&app).map(|kill| kill.pid), Some(102));
    // What will follow is told from what it does: here it holds the lock.
    let shown = picture(&mut app, (80, 24));
    assert!(shown.contains("SIGKILL to Process-2 (PID 102)"), "{shown}");
    assert!(shown.contains("It holds lock."), "{shown}");
    let kill = Effect::Control(Control::Kill { pid: 102 });
    assert_eq!(press(&mut app, "\n"), [kill]);
}

#[test]
fn stepping_by_hand_is_set_before_the_run_and_told_why_one_cannot_go() {
    let mut app = app("lock", Lang::En);
    assert_eq!(press(&mut app, "s"), []);
    let effects = press(&mut app, "rr");
    let [Effect::Start(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert!(order.options.manual);
    let mut scene = typical();
    scene.begin(2, OpName::Release, "RLock-1");
    scene.begin(0, OpName::Join, "");
    play(&mut app, scene, "lock");
    assert!(app.runs.current.as_ref().is_some_and(|run| run.paused));
    assert!(picture(&mut app, (80, 24)).contains("▸ o let the marked one go"));
    let step = |proc| Effect::Control(Control::Step { proc });
    assert_eq!(press(&mut app, "o"), [step(Some(0))]);
    app.panes.selected = Some(2);
    assert_eq!(press(&mut app, "o"), [step(Some(2))]);
    // Process-3 waits for the lock that Process-2 holds.
    app.panes.selected = Some(3);
    assert_eq!(press(&mut app, "o"), []);
    let why = app.notice.clone().expect("a reason");
    assert!(
        why.contains("Process-3 can't go now") && why.contains("PID 102"),
        "{why}"
    );
    // A pace set meanwhile holds from the moment on in which stepping ends.
    assert_eq!(press(&mut app, "-"), []);
    let pace = Control::Pace { per_second: 64.0 };
    assert_eq!(
        press(&mut app, " "),
        [Effect::Control(pace), Effect::Control(Control::Resume)]
    );
    assert!(!app.options.manual && app.runs.current.as_ref().is_some_and(|run| !run.paused));
}

#[test]
fn language_and_program_change_at_once() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "LP");
    assert_eq!((app.lang, app.panes.twin), (Lang::Zh, Twin::Rust));
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
    app.panes.focus = PanelId::Output;
    app.panes.zoom = true;
    let shown = picture(&mut app, (200, 60));
    assert!(shown.contains("red"), "{shown}");
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{7}'),
        "{shown}"
    );
}

#[test]
fn every_action_of_the_table_can_be_done_anywhere() {
    for &panel in PanelId::ALL {
        let mut app = app("pool-async", Lang::Zh);
        play(&mut app, pool(), "pool-async");
        app.panes.focus = panel;
        for binding in keymap::TABLE {
            let _ = update(&mut app, binding.action(), terminal::now());
            let _ = update(&mut app, Action::Cancel, terminal::now());
            let shown = picture(&mut app, (80, 24));
            // What was kept from frame to frame is what would be made anew.
            app.cache = Cache::default();
            assert_eq!(picture(&mut app, (80, 24)), shown, "{}", binding.shown);
        }
    }
}

#[test]
fn the_engine_is_switched_and_the_form_has_the_python_and_its_start_method() {
    let mut app = app("lock", Lang::En);
    let python = |given: &str, version: &str, number| PythonChoice {
        given: given.to_owned(),
        version: version.to_owned(),
        number,
        method: StartMethod::Fork,
    };
    app.pythons = vec![python("/a", "3.11.7", 311), python("/b", "3.13.0", 313)];
    assert_eq!(app.circumstances(), Circumstances::default());
    press(&mut app, "E");
    let notice = app.notice.clone().unwrap_or_default();
    assert!(notice.contains("Python 3.11.7"), "{notice}");
    assert!(picture(&mut app, (80, 24)).contains("python 3.11.7 fork"));
    // The last three rows: engine, Python, start method.
    press(&mut app, "pGlklj");
    assert_eq!(app.options.method, Some(StartMethod::Fork));
    assert_eq!(app.options.python.as_deref(), Some("/b"));
    let found = app.circumstances();
    assert_eq!((found.python, found.engine), (313, Engine::Python));
    press(&mut app, "E");
    assert_eq!(
        app.options.engine,
        Some(Engine::Python),
        "a form takes no E"
    );
    press(&mut app, "dpE");
    assert_eq!(app.engine(), Engine::Python);
}

#[test]
fn the_form_takes_digits_sets_how_it_is_run_and_brings_defaults_back() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "p3\n");
    let processes = |app: &App| app.course.params.get("processes").map(Value::repr);
    assert_eq!(processes(&app).as_deref(), Some("3"));
    // Beyond the range it is the range's end.
    press(&mut app, "999j");
    assert_ne!(processes(&app).as_deref(), Some("999"));
    press(&mut app, "jjjl");
    assert!(app.options.pipe);
    press(&mut app, "j42jh");
    assert_eq!((app.options.seed, app.options.pace), (Some(42), Some(64.0)));
    let effects = press(&mut app, "rr");
    let [Effect::Start(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert!(order.options.pipe && order.options.seed == Some(42));
    press(&mut app, "pd");
    assert_eq!(app.options, RunOptions::default());
    let lesson = app.course.lesson().expect("a lesson");
    let usual = Params::defaults(&lesson.manifest.parameters);
    assert_eq!(app.course.params, usual);
}

#[test]
fn panels_that_share_a_place_have_tabs_there() {
    let mut app = app("lock", Lang::En);
    let shown = picture(&mut app, (120, 40));
    assert!(shown.contains("▸ Lesson │ Program │ Checks "), "{shown}");
    let click = |column| MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row: 1,
        modifiers: KeyModifiers::NONE,
    };
    let action = layout::action(&app, click(24)).expect("a tab");
    let _ = update(&mut app, action, terminal::now());
    assert_eq!(app.panes.focus, PanelId::Checks);
}

#[test]
fn a_process_is_marked_at_the_line_it_is_about_to_do_and_nowhere_behind_its_end() {
    let mut app = app("lock", Lang::En);
    let mut scene = typical();
    scene.begin(2, OpName::Release, "RLock-1");
    play(&mut app, scene, "lock");
    press(&mut app, "Pz");
    let marked = |app: &mut App, pid: &str| {
        let shown = picture(app, (80, 50));
        let mut marks = shown.lines().filter_map(|line| line.split_once('◂'));
        marks.any(|(_, pids)| pids.contains(pid))
    };
    assert!(marked(&mut app, "102"));
    // Main joins its children at its end: no line of the program says so.
    let mut scene = typical();
    scene.op(0, OpName::Join, "", Args::default());
    let join = Op {
        op: OpName::Join,
        ..Op::default()
    };
    scene.push(Some(0), Kind::OpWait(Box::new(join)));
    play(&mut app, scene, "lock");
    assert!(!marked(&mut app, "100") && marked(&mut app, "102"));
}
