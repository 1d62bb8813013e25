//! The question before a process is killed: what will follow, told from what it does now.

use ratatui::text::Line;

use super::{Popup, Sheet, Then};
use crate::feed::Control;
use crate::model::{Body, Process, World};
use crate::text::{Lang, clean};
use crate::trace::Role;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::hint::Hint;
use crate::tui::markdown;

/// Columns of the text.
const WIDE: usize = 60;

#[derive(Debug)]
pub(crate) struct Kill {
    pub(crate) pid: i32,
    pub(crate) name: String,
}

impl Popup for Kill {
    fn sheet(&self, app: &App) -> Option<Sheet> {
        let lines = lines(app, self.pid, &self.name);
        Some(Sheet::new(app.lang.phrase("tui.kill-title"), lines))
    }

    fn update(&mut self, _: &mut App, action: Action) -> Then {
        let kill = Control::Kill { pid: self.pid };
        match action {
            Action::Confirm => Then::Effects(vec![Effect::Control(kill)]),
            Action::Cancel => Then::Close,
            _ => Then::Stay,
        }
    }

    fn next(&self, _: &App) -> Hint {
        Hint::new("Enter", "tui.key-kill")
    }

    fn others(&self, _: &App) -> Vec<Hint> {
        vec![Hint::new("Esc", "tui.hint-no")]
    }
}

fn lines(app: &App, pid: i32, name: &str) -> Vec<Line<'static>> {
    let lang = app.lang;
    let ask = lang.tell("tui.kill-ask", &[("name", &clean(name)), ("pid", &pid)]);
    let mut lines = markdown::wrapped(&ask, WIDE);
    let world = app.world();
    let process = world.living(pid);
    for words in process.map_or_else(Vec::new, |process| follows(lang, world, process)) {
        lines.push(Line::default());
        lines.extend(markdown::wrapped(&words, WIDE));
    }
    lines
}

/// What its death brings about, a sentence each.
fn follows(lang: Lang, world: &World, process: &Process) -> Vec<String> {
    let mut all = Vec::new();
    for object in world.objects() {
        let name = clean(object.label());
        match &object.body {
            Body::Lock(lock)
                if lock
                    .owner
                    .as_ref()
                    .is_some_and(|owner| owner.proc == process.proc) =>
            {
                all.push(lang.tell("tui.kill-holds", &[("lock", &name)]));
            }
            Body::Pool(pool) => {
                let worker = pool.workers.iter().find(|one| one.proc == process.proc);
                match worker.map(|worker| worker.task) {
                    Some(Some(task)) => all.push(lang.tell("tui.kill-task", &[("task", &task)])),
                    Some(None) => all.push(lang.phrase("tui.kill-idle").to_owned()),
                    None => {}
                }
            }
            Body::Manager(manager) if manager.server == Some(process.proc) => {
                all.push(lang.phrase("tui.kill-server").to_owned());
            }
            _ => {}
        }
    }
    if process.role == Role::Main {
        all.push(lang.phrase("tui.kill-main").to_owned());
    }
    if all.is_empty() {
        all.push(lang.phrase("tui.kill-plain").to_owned());
    }
    all
}
