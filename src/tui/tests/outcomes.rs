//! The outcome map: which one this was, the others, and answers graded by all there are.

use super::pictures::hold;
use super::scene::{Scene, app, begin, picture, play, popup, press};
use crate::text::Lang;
use crate::trace::{Exit, Role};
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::outcomes::{Explored, OutcomeFound, Stage, Survey};
use crate::tui::panel::PanelId;
use crate::tui::popup::graded::Graded;
use crate::tui::popup::predict::Predict;

/// A survey that has found this at once.
struct Found(Option<Explored>);

impl Survey for Found {
    fn poll(&mut self) -> Option<Explored> {
        self.0.take()
    }
}

/// A run of create-process that printed these lines.
fn printed(lines: &[&str]) -> Scene {
    let mut scene = Scene::default();
    scene.start(0, "MainProcess", Role::Main);
    for proc in 1..=3 {
        scene.start(proc, &format!("Process-{proc}"), Role::Process);
    }
    for line in lines {
        let child = line.strip_prefix("say hi ").and_then(|n| n.parse().ok());
        scene.print(child.map_or(0, |n: u32| n + 1), &format!("{line}\n"));
    }
    (0..4).for_each(|proc| scene.exit(proc, Exit::Code(0)));
    scene.end();
    scene
}

const LINES: [&str; 4] = ["main proccess stop", "say hi 0", "say hi 1", "say hi 2"];

/// All 24 orders of the four lines.
fn orders() -> Vec<Vec<&'static str>> {
    let mut orders = vec![Vec::new()];
    for _ in 0..LINES.len() {
        orders = orders
            .iter()
            .flat_map(|order: &Vec<&'static str>| {
                let rest = LINES.iter().filter(|line| !order.contains(line));
                rest.map(|line| [order.as_slice(), &[*line]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    orders
}

fn found(complete: bool) -> Explored {
    let outcome = |(n, order): (usize, Vec<&str>)| OutcomeFound {
        name: order.join("\n"),
        deadlock: false,
        executions: 1 + n as u64 % 3,
        witness: "create-process:0x3.1.0.1".parse().expect("a schedule"),
        seen: n as u64,
    };
    let orders = orders().into_iter().enumerate();
    Explored {
        outcomes: orders.map(outcome).collect(),
        executions: 48,
        complete,
        stage: Stage::Over,
        runs: 200,
        ..Explored::default()
    }
}

/// What was explored comes in.
fn explore(app: &mut App, found: Explored) {
    let order = app.survey_due().expect("something to explore");
    app.outcomes.begin(order, Box::new(Found(Some(found))));
    assert!(app.take_outcomes());
}

fn ran(app: &mut App, lines: &[&str]) {
    play(app, printed(lines), "create-process");
    app.popup = None;
}

#[test]
fn the_outcomes() {
    hold("outcomes-explored", "create-process", |app| {
        ran(app, &LINES);
        let mut found = found(true);
        found.outcomes.truncate(4);
        let deadlock = OutcomeFound {
            name: "MainProcess: acquire lock → Process-1".to_owned(),
            deadlock: true,
            executions: 2,
            seen: 0,
            ..found.outcomes[1].clone()
        };
        found.outcomes.push(deadlock);
        explore(app, found);
        press(app, "mj");
    });
    hold("outcomes-many", "create-process", |app| {
        ran(app, &LINES);
        explore(app, found(false));
        app.panes.focus = PanelId::Outcomes;
        press(app, &"j".repeat(20));
    });
    hold("outcomes-refused", "create-process", |app| {
        ran(app, &LINES);
        let why = match app.lang {
            Lang::En => "the explorer has no model of the operation submit.",
            Lang::Zh => "没有操作 submit 的模型。",
        };
        let refused = Explored {
            stage: Stage::Refused(why.to_owned()),
            ..Explored::default()
        };
        explore(app, refused);
        app.panes.focus = PanelId::Outcomes;
    });
}

#[test]
fn a_finished_exploration_decides_what_one_run_could_not() {
    let mut app = app("create-process", Lang::En);
    press(&mut app, "r");
    let count = popup::<Predict>(&app).expect("questions").0.questions.len();
    press(&mut app, &"\n".repeat(count - 1));
    // Of the three listings the tutorial's is said to be impossible, the others possible.
    press(&mut app, " \n");
    begin(&mut app, printed(&LINES), "create-process");
    press(&mut app, "e");
    app.take_events(crate::tui::terminal::now, crate::tui::terminal::now());
    let mark = |app: &App| {
        let visit = &app.course.progress.lessons["create-process"];
        visit.answers["possible-listings"].mark.clone()
    };
    assert_eq!(mark(&app).as_deref(), Some("undecided"));
    explore(&mut app, found(true));
    assert_eq!(mark(&app).as_deref(), Some("partly"));
    assert!(popup::<Graded>(&app).is_some());
    press(&mut app, &"j".repeat(40));
    let shown = picture(&mut app, (120, 40))
        .replace("│ ", "")
        .replace('\n', " ");
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("can't happen"), "{shown}");
    // Its witness is played.
    let effects = press(&mut app, "w");
    let [Effect::Start(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert!(order.options.manual && order.taken.is_none());
    assert_eq!(
        order.schedule.as_ref().map(ToString::to_string).as_deref(),
        Some("create-process:0x3.1.0.1")
    );
}

#[test]
fn an_exploration_that_stopped_proves_nothing_impossible() {
    let mut app = app("create-process", Lang::En);
    ran(&mut app, &LINES);
    explore(&mut app, found(false));
    app.panes.focus = PanelId::Outcomes;
    let shown = picture(&mut app, (80, 24));
    assert!(shown.contains("there may be more."), "{shown}");
    assert!(
        shown.contains("This was outcome 1 of 24 seen so far."),
        "{shown}"
    );
}

#[test]
fn an_outcome_is_chosen_and_played_and_exploring_can_be_stopped() {
    let mut app = app("create-process", Lang::En);
    ran(&mut app, &LINES);
    let order = app.survey_due().expect("something to explore");
    let mut going = found(false);
    going.stage = Stage::Searching;
    app.outcomes.begin(order, Box::new(Found(Some(going))));
    assert!(app.take_outcomes() && app.survey_due().is_none());
    app.panes.focus = PanelId::Checks;
    if let Some(run) = &mut app.runs.current {
        run.results.seen = true;
    }
    assert!(picture(&mut app, (80, 24)).contains("▸ m see what else"));
    // On its own outcome Enter does what the footer says: there is nothing else to play.
    press(&mut app, "m");
    assert!(!picture(&mut app, (80, 24)).contains("play this outcome"));
    assert_eq!(press(&mut app, "\n"), []);
    press(&mut app, "mj");
    assert!(picture(&mut app, (80, 24)).contains("▸ Enter play this outcome"));
    let effects = press(&mut app, "\n");
    assert!(matches!(effects.as_slice(), [Effect::Start(_)]));
    assert_eq!(press(&mut app, "x"), []);
    assert!(!app.outcomes.is_going());
}
