//! Layout: which panels stand where at this size, and what a click there means.
//!
//! Small terminals show one group of panels with tabs above, middle ones the essentials at once,
//! wide ones everything. Pure geometry: it draws nothing.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Constraint, Layout, Margin, Position, Rect};

use super::action::{Action, PanelId, Seek, Step};
use super::app::App;

/// Below this nothing useful fits.
pub(crate) const SMALLEST: (u16, u16) = (60, 15);

/// The screen cut up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Frames {
    pub(crate) head: Rect,
    /// Names of the groups, where not all panels fit.
    pub(crate) tabs: Option<Rect>,
    pub(crate) panels: Vec<(PanelId, Rect)>,
    pub(crate) transport: Rect,
    pub(crate) footer: Rect,
}

/// Panels that stand together on a small screen.
pub(crate) const GROUPS: [&[PanelId]; 5] = [
    &[PanelId::Lesson],
    &[PanelId::Source],
    &[PanelId::Ps, PanelId::Output],
    &[PanelId::Objects, PanelId::Timeline],
    &[PanelId::Checks],
];

/// Cuts up an area of this size.
pub(crate) fn frames(app: &App, area: Rect) -> Frames {
    let [head, body, transport, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let mut frames = Frames {
        head,
        transport,
        footer,
        ..Frames::default()
    };
    if app.zoom {
        frames.panels.push((app.focus, body));
    } else if area.width < 100 || area.height < 30 {
        let [tabs, body] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(body);
        frames.tabs = Some(tabs);
        frames.panels = group(app, body);
    } else if area.width < 160 {
        frames.panels = middle(app, body);
    } else {
        frames.panels = wide(app, body);
    }
    frames
}

fn group(app: &App, body: Rect) -> Vec<(PanelId, Rect)> {
    let panels = GROUPS
        .iter()
        .find(|group| group.contains(&app.focus))
        .copied()
        .unwrap_or(GROUPS[0]);
    match panels {
        [PanelId::Ps, PanelId::Output] => {
            let [ps, output] =
                Layout::vertical([ps_height(app, body.height / 2), Constraint::Min(4)]).areas(body);
            vec![(PanelId::Ps, ps), (PanelId::Output, output)]
        }
        [one, two] => {
            let [above, below] =
                Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(body);
            vec![(*one, above), (*two, below)]
        }
        [one, ..] => vec![(*one, body)],
        [] => Vec::new(),
    }
}

/// As many rows as there are processes, within bounds: head, borders, rows.
fn ps_height(app: &App, most: u16) -> Constraint {
    let rows = app.world().process_count() + super::panel::ps::above(app);
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    Constraint::Length(rows.saturating_add(2).clamp(6.min(most), most))
}

/// Of the panels that are read, the one last looked at.
fn reading(app: &App) -> PanelId {
    match app.focus {
        PanelId::Source | PanelId::Checks => app.focus,
        PanelId::Lesson => PanelId::Lesson,
        _ if app.run.is_some() => PanelId::Source,
        _ => PanelId::Lesson,
    }
}

fn middle(app: &App, body: Rect) -> Vec<(PanelId, Rect)> {
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(42), Constraint::Fill(1)]).areas(body);
    let [read, objects] = Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(left);
    let [ps, output, timeline] = Layout::vertical([
        ps_height(app, right.height * 2 / 5),
        Constraint::Fill(3),
        Constraint::Fill(2),
    ])
    .areas(right);
    vec![
        (reading(app), read),
        (PanelId::Ps, ps),
        (PanelId::Output, output),
        (PanelId::Objects, objects),
        (PanelId::Timeline, timeline),
    ]
}

/// The rows of ps stand over the whole right, where all their columns fit.
fn wide(app: &App, body: Rect) -> Vec<(PanelId, Rect)> {
    let [left, right] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(8)]).areas(body);
    let [lesson, source] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(left);
    let [ps, below] =
        Layout::vertical([ps_height(app, right.height / 3), Constraint::Min(0)]).areas(right);
    let [middle, side] =
        Layout::horizontal([Constraint::Fill(5), Constraint::Fill(3)]).areas(below);
    let [output, timeline] =
        Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(middle);
    let [objects, checks] =
        Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(side);
    vec![
        (PanelId::Lesson, lesson),
        (PanelId::Source, source),
        (PanelId::Ps, ps),
        (PanelId::Output, output),
        (PanelId::Timeline, timeline),
        (PanelId::Objects, objects),
        (PanelId::Checks, checks),
    ]
}

/// The inside of a panel as the screen is now; `None` where it is not shown.
pub(crate) fn inner(app: &App, panel: PanelId) -> Option<Rect> {
    let (width, height) = app.size;
    let frames = frames(app, Rect::new(0, 0, width, height));
    let (_, rect) = frames.panels.iter().find(|(id, _)| *id == panel)?;
    Some(rect.inner(Margin::new(1, 1)))
}

/// What the mouse did.
pub(crate) fn action(app: &App, mouse: MouseEvent) -> Option<Action> {
    let (width, height) = app.size;
    let area = Rect::new(0, 0, width, height);
    let frames = frames(app, area);
    let at = Position::new(mouse.column, mouse.row);
    let by: Option<i64> = match mouse.kind {
        MouseEventKind::ScrollDown => Some(3),
        MouseEventKind::ScrollUp => Some(-3),
        _ => None,
    };
    if app.popup.is_some() {
        let inside = super::view::sheet::inside(app, area)?;
        return match (mouse.kind, by) {
            (_, Some(by)) => Some(Action::Move(Step::Lines(by.signum()))),
            (MouseEventKind::Down(MouseButton::Left), _) if inside.contains(at) => {
                Some(Action::PickLine(mouse.row - inside.y))
            }
            _ => None,
        };
    }
    let panel = frames.panels.iter().find(|(_, rect)| rect.contains(at));
    if let Some(by) = by {
        return panel.map(|(id, _)| Action::MoveIn(*id, Step::Lines(by)));
    }
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) | MouseEventKind::Drag(MouseButton::Left)
            if frames.transport.contains(at) =>
        {
            let bar = super::view::transport::bar(frames.transport);
            let share = f64::from(mouse.column.saturating_sub(bar.x)) / f64::from(bar.width.max(1));
            Some(Action::Seek(Seek::Share(share)))
        }
        MouseEventKind::Down(MouseButton::Left) => match panel {
            Some((id, rect)) => Some(Action::Pick(*id, mouse.row.saturating_sub(rect.y + 1))),
            None => frames
                .tabs
                .filter(|tabs| tabs.contains(at))
                .and_then(|_| tab_at(app, mouse.column)),
        },
        _ => None,
    }
}

/// The group whose tab covers this column.
fn tab_at(app: &App, column: u16) -> Option<Action> {
    let mut end = 0;
    for group in GROUPS {
        end += tab_width(app, group);
        if column < end {
            return Some(Action::Focus(group[0]));
        }
    }
    None
}

fn tab_width(app: &App, group: &[PanelId]) -> u16 {
    let width = crate::text::width(app.lang.phrase(group[0].title()));
    u16::try_from(width + 3).unwrap_or(u16::MAX)
}
