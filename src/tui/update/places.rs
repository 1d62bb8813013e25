//! Moving about: scrolling, selecting, the panel that has the focus, finding words.

use super::super::action::{Seek, Step};
use super::super::app::App;
use super::super::destination::Destination;
use super::super::panel::{self, Moves, PanelId};
use super::super::popup::moved;
use super::super::{choosing, layout, search, words};

/// The next panel of all.
pub(super) fn turn(app: &mut App, by: isize) {
    let all: Vec<PanelId> = PanelId::shown(app).collect();
    let place = all
        .iter()
        .position(|panel| *panel == app.panes.focus)
        .unwrap_or(0);
    let next = (place.cast_signed() + by).rem_euclid(all.len().cast_signed());
    app.panes.focus = all[next.cast_unsigned()];
}

/// Scrolls a panel, or moves its selection.
pub(super) fn scroll(app: &mut App, panel: PanelId, step: Step) {
    let moves = panel.panel().moves();
    if moves == Moves::Selection {
        return select(app, panel, step);
    }
    if moves == Moves::Outcome {
        app.panes.outcome = panel::outcomes::selected(app).map(|place| {
            // Beyond the last one it stays there when it is shown.
            moved(place, step, usize::MAX)
        });
        app.panes.outcome = panel::outcomes::selected(app);
        return;
    }
    if moves == Moves::Moments {
        return to_entry(app, panel, step);
    }
    let rows = panel::rows(app, panel);
    let tops = rows
        .count
        .saturating_sub(rows.room(panel::size(app, panel).height))
        + 1;
    drop(rows);
    let follows = moves == Moves::NewestRows;
    let last = app.panes.follow && follows;
    let place = app.panes.places.entry(panel).or_default();
    let from = if last {
        tops - 1
    } else {
        place.top.min(tops - 1)
    };
    place.top = moved(from, step, tops);
    if follows {
        app.panes.follow = place.top + 1 == tops;
    }
}

/// Selects another entry of the panel, and goes to its moment.
fn to_entry(app: &mut App, panel: PanelId, step: Step) {
    let moments = panel.panel().moments(app);
    let place = app.panes.places.entry(panel).or_default();
    let entry = moved(place.top, step, moments.len());
    show_entry(app, panel, entry, &moments);
}

fn show_entry(app: &mut App, panel: PanelId, entry: usize, moments: &[u64]) {
    app.panes.places.entry(panel).or_default().top = entry;
    if let (Some(seq), Some(run)) = (moments.get(entry), &mut app.runs.current) {
        let moved = run.go_to(Destination::Event(*seq));
        told(app, Some(moved));
    }
}

/// Moves the selection of a process; among the choices, of one that has not ended.
fn select(app: &mut App, panel: PanelId, step: Step) {
    let world = app.world();
    let order: Vec<u32> = if panel == PanelId::Choices {
        let candidates = choosing::candidates(world).into_iter();
        candidates.map(|one| one.process.proc).collect()
    } else {
        let processes = panel::started_order(world).into_iter();
        processes.map(|process| process.proc).collect()
    };
    let marked = choosing::chosen(app).filter(|_| panel == PanelId::Choices);
    let selected = app.panes.selected.or(marked);
    let row = selected.and_then(|proc| order.iter().position(|one| *one == proc));
    let row = row.map_or(0, |row| moved(row, step, order.len()));
    app.panes.selected = order.get(row).copied();
}

pub(super) fn sideways(app: &mut App, by: i64) {
    let place = app.panes.places.entry(app.panes.focus).or_default();
    place.left = place
        .left
        .saturating_add_signed(isize::try_from(by * 8).unwrap_or(0));
}

/// A click into a panel: it gets the focus, and its row's process the selection.
pub(super) fn pick(app: &mut App, panel: PanelId, line: u16) {
    app.panes.focus = panel;
    let Some(area) = layout::inner(app, panel) else {
        return;
    };
    let rows = panel::rows(app, panel);
    let line = usize::from(line).checked_sub(rows.head.len());
    let row = line.filter(|line| *line < rows.room(area.height));
    let row = row.map(|line| rows.first + line);
    let proc = row.and_then(|row| panel.panel().process_at(app, row));
    let entry = row.and_then(|row| panel.panel().entry_at(app, row));
    drop(rows);
    if let (PanelId::Outcomes, Some(row)) = (panel, row) {
        app.panes.outcome = panel::outcomes::at(app, row);
    }
    if let Some(entry) = entry {
        let moments = panel.panel().moments(app);
        return show_entry(app, panel, entry, &moments);
    }
    if let Some(proc) = proc.filter(|proc| app.world().process(*proc).is_some()) {
        app.panes.selected = Some(proc);
    }
}

/// Moves the play head and says what stands there.
pub(super) fn seek(app: &mut App, seek: Seek) {
    if app.runs.comparing {
        return app.runs.seek_both(seek, app.panes.selected);
    }
    let selected = app.panes.selected;
    let moved = app
        .runs
        .current
        .as_mut()
        .map(|run| run.seek(seek, selected));
    told(app, moved);
}

/// Goes where the words say.
pub(crate) fn go_to(app: &mut App, words: &str) {
    let target = Destination::parse(words);
    if let (None, Some(run)) = (&target, &mut app.runs.current) {
        run.wanted = None;
        return;
    }
    let moved = app.runs.current.as_mut().zip(target);
    let moved = moved.map(|(run, target)| run.go_to(target));
    told(app, moved);
}

/// `moved` is `None` where there is no run.
fn told(app: &mut App, moved: Option<bool>) {
    let event = app.runs.current.as_ref().and_then(super::RunView::event);
    app.notice = match (moved, event) {
        (None, _) => Some(app.lang.phrase("tui.goto-no-run").to_owned()),
        (Some(false), _) => Some(app.lang.phrase("tui.goto-nothing").to_owned()),
        (Some(true), Some(event)) => Some(words::event(app.lang, app.world(), &event)),
        (Some(true), None) => None,
    };
}

/// Goes to the next line that holds the words searched for.
pub(crate) fn find(app: &mut App, by: i64) {
    let Some(words) = app.search.clone() else {
        app.notice = Some(app.lang.phrase("tui.search-none").to_owned());
        return;
    };
    let panel = search::panel(app);
    let place = app.panes.place(panel);
    let count = panel::lines(app, panel).count;
    let from = match (place.found, panel) {
        (Some(found), _) => found,
        (None, PanelId::Output) if app.panes.follow => count.saturating_sub(1),
        (None, _) => (place.top + count).saturating_sub(1) % count.max(1),
    };
    let mut found = search::next(app, &words, from, by);
    if found.is_none() && panel == PanelId::Output && by > 0 {
        // Looking back, what was printed later is found too: the play head goes there.
        let later = words.to_lowercase();
        if app
            .runs
            .current
            .as_mut()
            .is_some_and(|run| run.go_to_output(&later))
        {
            found = search::next(app, &words, from, by);
        }
    }
    let count = panel::lines(app, panel).count;
    let Some(found) = found else {
        app.notice = Some(app.lang.tell("tui.search-nothing", &[("words", &words)]));
        return;
    };
    let high = layout::inner(app, panel).map_or(1, |rect| usize::from(rect.height));
    let place = app.panes.places.entry(panel).or_default();
    place.found = Some(found);
    // In the middle, so that what stands around it is seen too.
    place.top = found
        .saturating_sub(high / 2)
        .min(count.saturating_sub(high));
    if panel == PanelId::Output {
        app.panes.follow = false;
    }
    let words = app.lang.tell(
        "tui.search-at",
        &[("words", &words), ("n", &(found + 1)), ("of", &count)],
    );
    app.notice = Some(words);
}
