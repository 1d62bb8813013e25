//! `App`: everything the screen shows that is not of the run itself.
//!
//! Owns the choice of lesson, language, theme, focus, scroll places and popups. What a run is and
//! was stands in `RunView`'s World. Changed by `update` alone; read by `view`.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

use super::action::PanelId;
use super::host::Started;
use super::run::RunView;
use super::theme::Theme;
use crate::feed::Control;
use crate::lesson::{Lesson, Library, Params};
use crate::model::World;
use crate::text::Lang;

/// What a session begins with.
pub struct Start {
    pub library: Rc<Library>,
    /// Slug of the lesson to open; `None` shows the list.
    pub lesson: Option<String>,
    pub lang: Lang,
    pub theme: Theme,
    /// A recording to look at.
    pub recording: Option<Started>,
}

/// Which of the twins the source panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twin {
    Python,
    Rust,
}

/// What stands over the panels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Popup {
    Help {
        scroll: usize,
    },
    /// The lessons, one selected.
    Lessons {
        row: usize,
    },
    /// The form of the lesson's parameters.
    Parameters {
        row: usize,
    },
    /// Kill this process?
    Kill {
        pid: i32,
        name: String,
    },
    /// Leave while a run goes on?
    Quit,
}

/// Where a panel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// First line shown; counted from the end where `follow`.
    pub(crate) top: usize,
    /// Columns cut off at the left.
    pub(crate) left: usize,
    /// Selected line.
    pub(crate) row: usize,
}

pub(crate) struct App {
    pub(crate) library: Rc<Library>,
    pub(crate) slug: Option<String>,
    pub(crate) params: Params,
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
    pub(crate) size: (u16, u16),
    pub(crate) focus: PanelId,
    pub(crate) zoom: bool,
    pub(crate) twin: Twin,
    pub(crate) places: HashMap<PanelId, Place>,
    /// The output panel shows the newest lines.
    pub(crate) follow: bool,
    /// The process that is selected, by birth number.
    pub(crate) selected: Option<u32>,
    /// Only the selected process's output.
    pub(crate) filter: bool,
    pub(crate) popup: Option<Popup>,
    pub(crate) notice: Option<String>,
    pub(crate) pace: Option<f64>,
    pub(crate) manual: bool,
    pub(crate) run: Option<RunView>,
    nothing: World,
}

impl App {
    pub(crate) fn new(start: Start) -> App {
        let mut app = App {
            slug: None,
            params: Params::default(),
            lang: start.lang,
            theme: start.theme,
            size: (80, 24),
            focus: PanelId::Lesson,
            zoom: false,
            twin: Twin::Python,
            places: HashMap::new(),
            follow: true,
            selected: None,
            filter: false,
            popup: None,
            notice: None,
            pace: None,
            manual: false,
            run: None,
            nothing: World::new(),
            library: start.library,
        };
        match start.lesson {
            Some(slug) => app.open(&slug),
            None => app.popup = Some(Popup::Lessons { row: 0 }),
        }
        if let Some(started) = start.recording {
            app.popup = None;
            app.focus = PanelId::Output;
            app.slug = Some(started.header.lesson.clone());
            app.begin_run(started);
        }
        app
    }

    /// Opens a lesson; its parameters are at their defaults.
    pub(crate) fn open(&mut self, slug: &str) {
        self.slug = Some(slug.to_owned());
        self.params = self
            .lesson()
            .map(|lesson| Params::defaults(&lesson.manifest.parameters))
            .unwrap_or_default();
        self.places.clear();
        self.focus = PanelId::Lesson;
        self.selected = None;
        self.filter = false;
        self.follow = true;
        self.stop_run();
        self.run = None;
    }

    pub(crate) fn lesson(&self) -> Option<&Lesson> {
        let slug = self.slug.as_deref()?;
        self.library.iter().find(|lesson| lesson.slug() == slug)
    }

    /// The World that is looked at; an empty one before the first run.
    pub(crate) fn world(&self) -> &World {
        self.run.as_ref().map_or(&self.nothing, RunView::world)
    }

    pub(crate) fn place(&self, panel: PanelId) -> Place {
        self.places.get(&panel).copied().unwrap_or_default()
    }

    pub(crate) fn begin_run(&mut self, started: Started) {
        self.notice = None;
        self.selected = None;
        self.follow = true;
        self.run = Some(RunView::new(
            started,
            self.params.clone(),
            self.pace,
            self.manual,
        ));
    }

    /// Ends the run that goes on, if one does. Dropping its feed ends its processes.
    pub(crate) fn stop_run(&mut self) {
        if let Some(run) = &mut self.run
            && run.is_live()
        {
            run.control(Control::Stop);
        }
    }

    pub(crate) fn control(&mut self, control: Control) {
        if let Some(run) = &mut self.run {
            run.control(control);
        }
    }

    pub(crate) fn notice(&mut self, words: String) {
        self.notice = Some(words);
    }

    /// Whether events may come by themselves.
    pub(crate) fn is_moving(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.over)
    }

    pub(crate) fn take_events(&mut self, batches: usize, now: Instant) -> bool {
        let Some(mut run) = self.run.take() else {
            return false;
        };
        let came = run.take(batches, now, self.lesson());
        self.run = Some(run);
        came
    }
}
