//! Layout: which panels stand where at this size, and what a click there means.
//!
//! Small terminals show one group of panels with tabs above, middle ones the essentials at once,
//! wide ones everything. Pure geometry: it draws nothing.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Constraint, Layout, Margin, Position, Rect, Size};

use super::action::{Action, Seek, Step};
use super::app::App;
use super::panel::{PanelId, Region};
use crate::text::width;

/// Below this nothing useful fits.
pub(crate) const SMALLEST: (u16, u16) = (60, 15);

/// From here on the essentials are seen at once: the sentences of ps have room for names.
const MIDDLE: (u16, u16) = (112, 30);

/// The screen cut up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Frames {
    pub(crate) head: Rect,
    /// Names of the groups, where not all panels fit.
    pub(crate) tabs: Option<Rect>,
    pub(crate) panels: Vec<Placed>,
    pub(crate) transport: Rect,
    pub(crate) footer: Rect,
}

impl Frames {
    /// The inside of a panel; `None` where it is not shown.
    pub(crate) fn inner(&self, panel: PanelId) -> Option<Rect> {
        let placed = self.panels.iter().find(|placed| placed.id == panel)?;
        Some(placed.rect.inner(Margin::new(1, 1)))
    }
}

/// The whole screen.
pub(crate) fn area(app: &App) -> Rect {
    let (width, height) = app.panes.size;
    Rect::new(0, 0, width, height)
}

/// A panel on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) id: PanelId,
    pub(crate) rect: Rect,
    /// All panels that share its place, where there are several: their names stand in its border.
    pub(crate) tabs: Vec<PanelId>,
}

impl Placed {
    /// The place of some regions, with the one of their panels that is shown.
    fn of(app: &App, regions: &[Region], rect: Rect) -> Placed {
        let tabs: Vec<PanelId> = PanelId::shown(app)
            .filter(|id| regions.contains(&id.panel().region()))
            .collect();
        Placed {
            id: shown(app, regions),
            rect,
            tabs: if tabs.len() > 1 { tabs } else { Vec::new() },
        }
    }

    /// The names in its border. Where there is not room for more, they are only names.
    pub(crate) fn titles(&self, app: &App) -> Vec<(PanelId, String)> {
        let own = [self.id];
        let tabs = if self.tabs.is_empty() {
            &own[..]
        } else {
            &self.tabs
        };
        let titles = |more: bool| {
            let title = |id: &PanelId| (*id, tab_title(app, *id, more && *id == self.id));
            tabs.iter().map(title).collect::<Vec<_>>()
        };
        let whole = titles(true);
        let columns: usize = whole.iter().map(|(_, title)| width(title) + 1).sum();
        if columns + 2 <= usize::from(self.rect.width) {
            whole
        } else {
            titles(false)
        }
    }

    /// The panel whose name stands in this column of the border.
    fn tab_at(&self, app: &App, column: u16) -> Option<PanelId> {
        let mut end = usize::from(self.rect.x) + 1;
        let titles = self.titles(app).into_iter();
        let mut titles = titles.filter(|_| !self.tabs.is_empty());
        let at = titles.find(|(_, title)| {
            end += width(title) + 1;
            usize::from(column) < end
        });
        at.map(|(id, _)| id)
    }
}

/// The name of a panel in a border, with what it says beside its name where that is wanted.
fn tab_title(app: &App, id: PanelId, shown: bool) -> String {
    let panel = id.panel();
    let name = app.lang.phrase(panel.title());
    match panel.subtitle(app).filter(|_| shown) {
        Some(more) => format!(" {name} · {more} "),
        None => format!(" {name} "),
    }
}

/// Regions that stand together on a small screen.
const GROUPS: [&[Region]; 6] = [
    &[Region::Text],
    &[Region::Program],
    &[Region::Processes, Region::Output],
    &[Region::Choice, Region::Program, Region::Output],
    &[Region::Shared, Region::Time],
    &[Region::Results],
];

/// Regions that are read, one at a time where there is not room for all.
const READ: &[Region] = &[Region::Text, Region::Program, Region::Results];

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
    if app.panes.zoom {
        let region = app.panes.focus.panel().region();
        frames.panels.push(Placed::of(app, &[region], body));
    } else if area.width < MIDDLE.0 || area.height < MIDDLE.1 {
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

/// The first panel of some regions.
pub(crate) fn first_of(app: &App, regions: &[Region]) -> PanelId {
    let first = |region: &Region| PanelId::shown(app).find(|id| id.panel().region() == *region);
    regions.iter().find_map(first).unwrap_or(PanelId::Output)
}

/// The groups that have a panel to show here that no group before them has.
pub(crate) fn groups(app: &App) -> impl Iterator<Item = &'static [Region]> {
    GROUPS.into_iter().filter(|group| {
        let mut panels = PanelId::shown(app);
        panels.any(|id| group.first() == Some(&id.panel().region()))
    })
}

/// What is chosen and what has come of it, one at a time.
const TIME: &[Region] = &[Region::Time, Region::Choice];

/// Of the panels of some regions the one that is shown: the one with the focus, else the first; of those
/// that are read, the program once there is a run; the choices while a run is stepped by hand.
fn shown(app: &App, regions: &[Region]) -> PanelId {
    if regions.contains(&app.panes.focus.panel().region()) {
        return app.panes.focus;
    }
    if regions.contains(&Region::Program) && app.runs.current.is_some() {
        return first_of(app, &[Region::Program]);
    }
    if regions == TIME && app.runs.stepped().is_some() {
        return first_of(app, &[Region::Choice]);
    }
    first_of(app, regions)
}

fn group(app: &App, body: Rect) -> Vec<Placed> {
    let regions = groups(app)
        .find(|group| group.contains(&app.panes.focus.panel().region()))
        .unwrap_or(GROUPS[0]);
    let heights = regions.iter().map(|region| match region {
        Region::Processes => ps_height(app, body.height / 2),
        Region::Choice => choices_height(app, body),
        _ => Constraint::Fill(1),
    });
    let rects = Layout::vertical(heights).split(body);
    let places = regions.iter().zip(rects.iter());
    places
        .map(|(region, rect)| Placed::of(app, &[*region], *rect))
        .collect()
}

/// As many rows as there are processes, within bounds: head, borders, rows.
fn ps_height(app: &App, most: u16) -> Constraint {
    let rows = app.world().process_count() + super::panel::ps::above(app);
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    Constraint::Length(rows.saturating_add(2).clamp(6.min(most), most))
}

/// The left part of a screen that is wide enough to have one.
pub(crate) fn left(app: &App) -> Option<Rect> {
    let frames = frames(app, area(app));
    let apart = !app.panes.zoom && !app.runs.comparing && frames.tabs.is_none();
    let mut panels = frames.panels.iter();
    let text = panels.find(|placed| READ.contains(&placed.id.panel().region()))?;
    apart.then_some(text.rect)
}

/// As many lines as there are choices, within half of the room.
fn choices_height(app: &App, body: Rect) -> Constraint {
    let inside = Size::new(body.width.saturating_sub(2), body.height);
    let rows = PanelId::Choices.panel().rows(app, inside);
    let lines = rows.head.len() + rows.foot.len() + rows.count + 2;
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    Constraint::Length(lines.min(body.height / 2))
}

fn middle(app: &App, body: Rect) -> Vec<Placed> {
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(42), Constraint::Fill(1)]).areas(body);
    let [read, objects] = Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(left);
    let [ps, output, timeline] = Layout::vertical([
        ps_height(app, right.height * 2 / 5),
        Constraint::Fill(3),
        Constraint::Fill(2),
    ])
    .areas(right);
    let one = |region, rect| Placed::of(app, &[region], rect);
    vec![
        Placed::of(app, READ, read),
        one(Region::Processes, ps),
        one(Region::Output, output),
        one(Region::Shared, objects),
        Placed::of(app, TIME, timeline),
    ]
}

/// The rows of ps stand over the whole right, where all their columns fit.
fn wide(app: &App, body: Rect) -> Vec<Placed> {
    let [left, right] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(8)]).areas(body);
    let text = if app.is_of_own_program() {
        Constraint::Length(0)
    } else {
        Constraint::Fill(1)
    };
    let [lesson, source] = Layout::vertical([text, Constraint::Fill(1)]).areas(left);
    let [ps, below] =
        Layout::vertical([ps_height(app, right.height / 3), Constraint::Min(0)]).areas(right);
    let [middle, side] =
        Layout::horizontal([Constraint::Fill(5), Constraint::Fill(3)]).areas(below);
    let [output, timeline] =
        Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(middle);
    let [objects, checks] =
        Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(side);
    let one = |region, rect| Placed::of(app, &[region], rect);
    let mut placed = vec![
        one(Region::Text, lesson),
        one(Region::Program, source),
        one(Region::Processes, ps),
        one(Region::Output, output),
        Placed::of(app, TIME, timeline),
        one(Region::Shared, objects),
        one(Region::Results, checks),
    ];
    placed.retain(|place| place.rect.height > 0);
    placed
}

/// The inside of a panel as the screen is now; `None` where it is not shown.
pub(crate) fn inner(app: &App, panel: PanelId) -> Option<Rect> {
    frames(app, area(app)).inner(panel)
}

/// What the mouse did.
pub(crate) fn action(app: &App, mouse: MouseEvent) -> Option<Action> {
    let area = area(app);
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
    let mut panels = frames.panels.iter();
    let panel = panels.find(|placed| placed.rect.contains(at));
    if let Some(by) = by {
        return panel.map(|placed| Action::MoveIn(placed.id, Step::Lines(by)));
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
            Some(placed) if mouse.row == placed.rect.y => {
                let id = placed.tab_at(app, mouse.column).unwrap_or(placed.id);
                Some(Action::Focus(id))
            }
            Some(placed) => {
                let row = mouse.row - (placed.rect.y + 1);
                Some(Action::Pick(placed.id, row))
            }
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
    for group in groups(app) {
        end += tab_width(app, group);
        if column < end {
            return Some(Action::Focus(first_of(app, group)));
        }
    }
    None
}

fn tab_width(app: &App, group: &[Region]) -> u16 {
    let width = width(app.lang.phrase(first_of(app, group).panel().title()));
    u16::try_from(width + 3).unwrap_or(u16::MAX)
}
