//! The learner as the scheduler: who can go, steps, undoing one, what a pace says of itself.

use super::pictures::hold;
use super::scene::{Scene, app, begin_run, picture, press};
use crate::feed::Control;
use crate::text::Lang;
use crate::trace::{Args, Exit, Kind, Op, OpName, Role};
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::host::{RunOptions, RunRequest};
use crate::tui::layout;
use crate::tui::panel::PanelId;
use crate::tui::update::update;
use crate::tui::{action::Action, terminal};

/// Three children at the gate: one holds the lock, one waits for it, one would have to.
fn at_the_gate() -> Scene {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", Role::Main);
    let made = Args {
        class: Some("Lock".to_owned()),
        name: Some("lock".to_owned()),
        ..Args::default()
    };
    scene.op(0, OpName::Create, "Lock-1", made);
    for proc in 1..=3 {
        scene.start(proc, &format!("Process-{proc}"), Role::Process);
    }
    scene.ps(0..4);
    for proc in 1..=3 {
        scene.begin(proc, OpName::Acquire, "Lock-1");
    }
    scene.push(Some(1), Kind::Gate);
    scene.finish(1, OpName::Acquire, "Lock-1");
    scene.begin(1, OpName::Print, "");
    scene.push(Some(2), Kind::Gate);
    scene.wait(2, OpName::Acquire, "Lock-1");
    let child = Args {
        child: Some("Process-1".to_owned()),
        pid: Some(101),
        ..Args::default()
    };
    let join = Op {
        op: OpName::Join,
        args: child,
        ..Op::default()
    };
    scene.push(Some(0), Kind::OpBegin(Box::new(join)));
    scene
}

/// More processes than there is room for, and long names.
fn a_crowd() -> Scene {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", Role::Main);
    for proc in 1..=40 {
        let name = format!("Process-with-a-very-long-name-{proc}");
        scene.start(proc, &name, Role::Process);
        scene.begin(proc, OpName::Print, "");
    }
    for step in 0..300 {
        let proc = 1 + step % 40;
        scene.push(Some(proc), Kind::Gate);
        scene.finish(proc, OpName::Print, "");
        scene.begin(proc, OpName::Print, "");
    }
    scene
}

/// A run whose operations all wait for the learner.
fn stepping(app: &mut App, scene: Scene) {
    press(app, "s");
    press(app, "rr");
    begin_run(app, scene, "lock", "manual");
    app.notice = None;
}

fn step(proc: Option<u32>) -> Effect {
    Effect::Control(Control::Step { proc })
}

#[test]
fn the_choices() {
    hold("choices-stepped", "lock", |app| {
        stepping(app, at_the_gate());
    });
    hold("choices-crowd", "lock", |app| {
        stepping(app, a_crowd());
        press(app, &"j".repeat(30));
    });
    hold("choices-paced", "lock", |app| {
        press(app, "-");
        begin_run(app, at_the_gate(), "lock", "paced");
        app.notice = None;
        app.panes.focus = PanelId::Choices;
    });
}

#[test]
fn the_marked_process_is_let_go_by_o_enter_its_number_or_a_second_click() {
    let mut app = app("lock", Lang::En);
    stepping(&mut app, at_the_gate());
    assert_eq!(app.panes.focus, PanelId::Choices);
    // The next in turn is marked: Process-3 would have to wait, so it is Process-1's turn.
    assert_eq!(press(&mut app, "o"), [step(Some(1))]);
    assert_eq!(press(&mut app, "\n"), [step(Some(1))]);
    assert_eq!(press(&mut app, "4"), [step(Some(3))]);
    assert!(picture(&mut app, (80, 24)).contains("▸ o let it begin to wait"));
    // It waits: the next step changes nothing, and says why.
    assert_eq!(press(&mut app, "3"), []);
    let why = app.notice.clone().expect("a reason");
    assert!(why.contains("held by Process-1"), "{why}");
    assert!(!picture(&mut app, (80, 24)).contains("▸ o "));
    press(&mut app, "k");
    assert_eq!(press(&mut app, "o"), [step(Some(1))]);
    let inside = layout::inner(&app, PanelId::Choices).expect("the choices");
    let click = |app: &mut App, line: u16| {
        let action = Action::Pick(PanelId::Choices, line);
        update(app, action, terminal::now())
    };
    assert!(inside.height > 4);
    assert_eq!(click(&mut app, 1), []);
    assert_eq!(app.panes.selected, Some(0));
    assert_eq!(click(&mut app, 1), [step(Some(0))]);
}

#[test]
fn an_undone_step_is_a_fresh_run_that_takes_the_steps_before_it() {
    let mut app = app("lock", Lang::En);
    stepping(&mut app, at_the_gate());
    let effects = press(&mut app, "u");
    let [Effect::Start(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let schedule = order.schedule.as_ref().expect("its steps");
    assert_eq!(schedule.to_string(), "lock:1");
    assert!(order.taken == Some(1) && order.options.manual);
    // The code of all of it says which step only began to wait.
    let codes = press(&mut app, "y");
    assert_eq!(codes, [Effect::Copy("lock:1.2b".to_owned())]);
    // Looking back, the moment looked at is where the fresh run stands.
    press(&mut app, ",,");
    let effects = press(&mut app, "u");
    let [Effect::Start(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let code = order.schedule.as_ref().map(ToString::to_string);
    assert_eq!(code.as_deref(), Some("lock:1.2"));
    let order = order.as_ref().clone();
    begin_run(&mut app, at_the_gate(), "lock", "manual");
    app.follow(&order);
    assert!(
        app.notice
            .as_deref()
            .is_some_and(|it| it.contains("new PIDs"))
    );
}

#[test]
fn a_run_whose_gate_was_open_has_no_schedule() {
    let mut app = app("lock", Lang::En);
    begin_run(&mut app, at_the_gate(), "lock", "open");
    assert_eq!(press(&mut app, "u"), []);
    assert!(app.notice.is_some());
    assert_eq!(press(&mut app, "s"), [Effect::Control(Control::Pause)]);
    assert_eq!(press(&mut app, "u"), []);
}

#[test]
fn a_schedule_is_followed_until_somebody_else_is_chosen() {
    let mut app = app("lock", Lang::En);
    stepping(&mut app, at_the_gate());
    let order = RunRequest {
        lesson: "lock".to_owned(),
        params: app.course.params.clone(),
        options: RunOptions::default(),
        schedule: Some("lock:1.2.1x3".parse().expect("a schedule")),
        taken: None,
    };
    app.follow(&order);
    assert!(picture(&mut app, (80, 24)).contains("step 3 of 5"));
    assert_eq!(press(&mut app, "o"), [step(None)]);
    assert_eq!(press(&mut app, "1"), [step(Some(0))]);
    // Let go, it goes on along the schedule, not at full speed.
    let pace = Control::Pace { per_second: 4.0 };
    assert_eq!(press(&mut app, " ")[0], Effect::Control(pace));
}

#[test]
fn keys_and_footer_agree_on_what_comes_next() {
    let mut app = app("lock", Lang::En);
    let footer = |app: &mut App| {
        let shown = picture(app, (120, 40));
        shown.lines().last().unwrap_or_default().to_owned()
    };
    assert!(footer(&mut app).contains("s step by hand"));
    press(&mut app, "s");
    app.notice = None;
    assert!(
        footer(&mut app).contains("s no steps"),
        "{}",
        footer(&mut app)
    );
    press(&mut app, "s");
    begin_run(&mut app, at_the_gate(), "lock", "open");
    let shown = footer(&mut app);
    assert!(shown.contains("Space pause and look") && shown.contains("r start again"));
    // One step closes the gate: from then on all agree that the run is stepped.
    assert_eq!(press(&mut app, "o"), [step(None)]);
    let shown = footer(&mut app);
    assert!(shown.contains("o let the marked one go"), "{shown}");
    assert!(
        shown.contains("Space let it run") && !shown.contains(" s "),
        "{shown}"
    );
    assert_eq!(press(&mut app, "s"), [Effect::Control(Control::Open)]);
    app.notice = None;
    assert!(footer(&mut app).contains("Space pause and look"));
}

#[test]
fn a_pace_shows_its_seed_and_what_it_changes() {
    let mut app = app("lock", Lang::En);
    press(&mut app, "-");
    let said = app.notice.clone().expect("a word");
    assert!(
        said.contains("what is likely, not what is possible"),
        "{said}"
    );
    begin_run(&mut app, at_the_gate(), "lock", "paced");
    assert!(picture(&mut app, (80, 24)).contains("drawn with seed 7"));
}

#[test]
fn the_clock_stands_while_nobody_is_let_go() {
    let mut app = app("lock", Lang::En);
    let mut scene = at_the_gate();
    scene.rest(5_000);
    scene.ps(0..4);
    stepping(&mut app, scene);
    let shown = picture(&mut app, (80, 24));
    assert!(!shown.contains("5.0"), "{shown}");
}

#[test]
fn what_is_said_is_said_whole() {
    for lang in [Lang::En, Lang::Zh] {
        let mut app = app("lock", lang);
        press(&mut app, "u");
        let said = app.notice.clone().expect("a word");
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let shown = bare(&picture(&mut app, (60, 24)));
        assert!(shown.ends_with(&bare(&said)), "{shown}");
    }
}

#[test]
fn an_ended_run_marks_nobody() {
    let mut app = app("lock", Lang::En);
    let mut scene = at_the_gate();
    (0..4).for_each(|proc| scene.exit(proc, Exit::Code(0)));
    scene.end();
    stepping(&mut app, scene);
    assert_eq!(press(&mut app, "o"), []);
    assert!(app.notice.is_some());
    assert!(!picture(&mut app, (80, 24)).contains("▸ o "));
}
