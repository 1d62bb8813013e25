//! The question before a process is killed: what will follow, told from what it does now.

use ratatui::text::Line;

use super::markdown;
use crate::model::{Body, Process, World};
use crate::text::{Lang, clean};
use crate::trace::Role;
use crate::tui::app::App;

/// Columns of the text.
const WIDE: usize = 60;

pub(crate) fn lines(app: &App, pid: i32, name: &str) -> Vec<Line<'static>> {
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
            Body::Lock(lock) if lock.owner.is_some_and(|owner| owner.proc == process.proc) => {
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
