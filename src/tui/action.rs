//! `Action`: everything a learner can do, as data.
//!
//! Made from keys by `keymap` and from the mouse by `layout`; done by `update`.

use super::panel::PanelId;

/// How far something moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Lines(i64),
    Pages(i64),
    Start,
    End,
}

/// Where the play head goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Seek {
    /// By so many events.
    Events(i64),
    /// To the next or previous marker or fault.
    Marker(i64),
    /// To a share of the whole, 0 to 1.
    Share(f64),
    /// To the event of the selected process, or of the event's own, before or behind.
    Process(i64),
    /// To the event that was asked for before or behind; nothing was asked for: to the one on the same
    /// object or cell; without one, of the same kind.
    Alike(i64),
    /// To the end, and on with it while the run goes on.
    Now,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Action {
    Run,
    Pause,
    Stop,
    /// Manual stepping on or off.
    Manual,
    /// Let one operation through: of the process that is marked.
    StepOnce,
    /// The same for the process in this row, counted from 1.
    Choose(usize),
    /// A fresh run to the step before.
    Undo,
    /// What else this program could have come to.
    Outcomes,
    Seek(Seek),
    Faster,
    Slower,
    NextPanel,
    PreviousPanel,
    Focus(PanelId),
    Move(Step),
    Sideways(i64),
    /// Scrolls the panel under the pointer.
    MoveIn(PanelId, Step),
    /// A row of a panel, counted from its top as drawn.
    Pick(PanelId, u16),
    /// A row of the popup.
    PickLine(u16),
    Zoom,
    /// The time axis closer (by more than 0) or wider.
    ZoomTime(i64),
    Filter,
    /// Rows of ps of forklore itself, or none.
    OwnRows,
    Program,
    Language,
    Theme,
    Help,
    Lessons,
    Parameters,
    Kill,
    /// A line for the stdin of a program of one's own.
    Input,
    Copy,
    /// Answer the lesson's questions, those answered before too.
    Predict,
    /// Two runs side by side.
    Compare,
    /// What runs the program.
    Engine,
    /// The program under each start method.
    StartMethods,
    /// The lesson's claims, tried here.
    Claims,
    /// Cut long waits while playing.
    CutIdle,
    /// Save what is seen as a recording.
    Save,
    Search,
    /// Ask where to go.
    GoTo,
    /// The next or previous line that fits.
    Find(i64),
    /// Letters where text or a number is asked for.
    Type(char),
    Erase,
    Confirm,
    Cancel,
    Resize((u16, u16)),
    Suspend,
    Redraw,
    Quit,
    /// A signal asked for the end.
    Leave(i32),
}
