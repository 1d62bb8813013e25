//! `App`: everything the screen shows that is not of the run itself.
//!
//! Owns the choice of lesson, language, theme, focus, scroll places, popups and progress. What a run
//! is and was stands in `RunView`'s World. Changed by `update` alone; read by `view`.

mod ended;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Instant;

use super::host::Started;
use super::lens::Lens;
use super::panel::{Cache, PanelId};
use super::popup::Popup;
use super::popup::lessons::Lessons;
use super::progress::{Given, Progress, Said, Visit};
use super::quiz::{Locked, Quiz};
use super::run::{RunView, Taken};
use super::theme::Theme;
use crate::compare::{Comparison, compare};
use crate::feed::Control;
use crate::lesson::{Circumstances, Lesson, Library, Params};
use crate::model::World;
use crate::text::Lang;

/// What a session begins with.
pub struct Start {
    pub library: Rc<Library>,
    /// Slug of the lesson to open; `None` opens the last one, or the list with a welcome.
    pub lesson: Option<String>,
    pub lang: Lang,
    pub theme: Theme,
    /// A recording to look at.
    pub recording: Option<Started>,
    pub progress: Progress,
    /// Something to say first.
    pub word: Option<String>,
}

/// Which of the twins the source panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twin {
    Python,
    Rust,
}

/// Where a panel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// First line shown.
    pub(crate) top: usize,
    /// Columns cut off at the left.
    pub(crate) left: usize,
    /// The line a search has found.
    pub(crate) found: Option<usize>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of the screen, each read by its name"
)]
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
    /// How the time axis is looked at.
    pub(crate) lens: Lens,
    /// The output panel shows the newest lines.
    pub(crate) follow: bool,
    /// The process that is selected, by birth number.
    pub(crate) selected: Option<u32>,
    /// Rows of ps of forklore itself are shown too.
    pub(crate) own_rows: bool,
    /// Only the selected process's output.
    pub(crate) filter: bool,
    pub(crate) popup: Option<Box<dyn Popup>>,
    pub(crate) notice: Option<String>,
    pub(crate) pace: Option<f64>,
    pub(crate) manual: bool,
    /// Words last searched for.
    pub(crate) search: Option<String>,
    pub(crate) progress: Progress,
    /// Questions of this lesson that were passed over.
    pub(crate) skipped: BTreeSet<String>,
    /// Answers for the run that comes next.
    pub(crate) answers: Vec<Locked>,
    pub(crate) run: Option<RunView>,
    /// The run before it.
    pub(crate) previous: Option<RunView>,
    /// Both are shown side by side.
    pub(crate) comparing: bool,
    /// Where the two part, once both are over.
    pub(crate) parted: Option<Comparison>,
    nothing: World,
    /// Lines of panels, kept from frame to frame.
    pub(crate) cache: Cache,
    /// Runs there have been in this session.
    begun: u64,
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
            lens: Lens::default(),
            follow: true,
            selected: None,
            own_rows: false,
            filter: false,
            popup: None,
            notice: None,
            pace: None,
            manual: false,
            search: None,
            progress: start.progress,
            skipped: BTreeSet::new(),
            answers: Vec::new(),
            run: None,
            previous: None,
            comparing: false,
            parted: None,
            nothing: World::new(),
            cache: Cache::default(),
            begun: 0,
            library: start.library,
        };
        if let Some(started) = start.recording {
            app.open_recording(started);
        } else {
            let last = app.progress.last.clone();
            let known = |slug: &String| app.library.iter().any(|lesson| lesson.slug() == slug);
            match start.lesson.or(last.filter(known)) {
                Some(slug) => app.open(&slug),
                None => {
                    app.open_popup(Lessons {
                        row: 0,
                        welcome: true,
                    });
                }
            }
        }
        app.notice = start.word;
        app
    }

    fn open_recording(&mut self, started: Started) {
        self.slug = Some(started.header.lesson.clone());
        self.focus = PanelId::Output;
        let kept = self.lesson().and_then(|lesson| {
            let parameters = &lesson.manifest.parameters;
            Params::from_json(lesson.slug(), parameters, &started.header.params).ok()
        });
        self.params = kept.unwrap_or_default();
        let params = self.params.clone();
        self.begin_run(started, &params);
        if let Some(run) = &mut self.run {
            run.toggle_playing(super::terminal::now());
        }
    }

    /// Opens a lesson, its parameters as they were last.
    pub(crate) fn open(&mut self, slug: &str) {
        self.slug = Some(slug.to_owned());
        let kept = self.progress.lessons.get(slug).map(|visit| &visit.params);
        self.params = self
            .lesson()
            .map(|lesson| {
                let parameters = &lesson.manifest.parameters;
                kept.and_then(|kept| Params::from_json(slug, parameters, kept).ok())
                    .unwrap_or_else(|| Params::defaults(parameters))
            })
            .unwrap_or_default();
        self.places.clear();
        self.lens = Lens::default();
        self.focus = PanelId::Lesson;
        self.selected = None;
        self.filter = false;
        self.follow = true;
        self.comparing = false;
        self.skipped.clear();
        self.answers.clear();
        self.put_by();
        self.progress.last = Some(slug.to_owned());
    }

    /// The run, if there is one, becomes the one before.
    fn put_by(&mut self) {
        self.stop_run();
        if let Some(mut run) = self.run.take() {
            run.hold();
            self.previous = Some(run);
        }
    }

    pub(crate) fn lesson(&self) -> Option<&Lesson> {
        self.lesson_of(self.slug.as_deref()?)
    }

    pub(crate) fn lesson_of(&self, slug: &str) -> Option<&Lesson> {
        self.library.iter().find(|lesson| lesson.slug() == slug)
    }

    /// What is kept of the lesson that is open.
    pub(crate) fn visit(&mut self) -> Option<&mut Visit> {
        let slug = self.slug.clone()?;
        Some(self.progress.lessons.entry(slug).or_default())
    }

    /// The lesson's questions for these parameters; only those not answered yet, unless `all`.
    pub(crate) fn quiz(&self, all: bool) -> Option<Quiz> {
        let lesson = self.lesson()?;
        let setting = lesson.setting(&self.params, &Circumstances::default());
        let visit = self.progress.lessons.get(lesson.slug());
        Quiz::new(lesson, &setting, |id| {
            let answered = visit.is_some_and(|visit| visit.answers.contains_key(id));
            !all && (answered || self.skipped.contains(id))
        })
    }

    /// Whether a run of this lesson has had other parameters than another, or than usual.
    pub(crate) fn has_varied(&self) -> bool {
        let own = |run: &&RunView| Some(&run.header.lesson) == self.slug.as_ref();
        let runs = [&self.run, &self.previous];
        let params: Vec<&Params> = runs
            .into_iter()
            .flatten()
            .filter(own)
            .map(|run| &run.params)
            .collect();
        let usual = self
            .lesson()
            .map(|lesson| Params::defaults(&lesson.manifest.parameters));
        params.iter().any(|one| Some(*one) != usual.as_ref())
    }

    /// Whether the parameters are other than those of the last run.
    pub(crate) fn has_changed(&self) -> bool {
        let run = self.run.as_ref();
        run.is_some_and(|run| run.params != self.params)
    }

    /// Whether a run that is shown goes on, or a play head moves.
    pub(crate) fn is_going(&self) -> bool {
        let runs = [&self.run, &self.previous];
        let mut runs = runs.into_iter().flatten();
        runs.any(|run| run.is_live() || run.is_playing())
    }

    /// Puts the checks in front: what ran is compared with what was thought.
    pub(crate) fn show_checks(&mut self) {
        self.focus = PanelId::Checks;
        self.zoom = false;
        if let Some(run) = &mut self.run {
            run.compared = true;
        }
    }

    pub(crate) fn open_popup(&mut self, popup: impl Popup) {
        self.popup = Some(Box::new(popup));
    }

    /// The World that is looked at; an empty one before the first run.
    pub(crate) fn world(&self) -> &World {
        self.run.as_ref().map_or(&self.nothing, RunView::world)
    }

    pub(crate) fn place(&self, panel: PanelId) -> Place {
        self.places.get(&panel).copied().unwrap_or_default()
    }

    /// Shows a run that has begun; the one there was becomes the one before.
    pub(crate) fn begin_run(&mut self, started: Started, params: &Params) {
        // Two runs that are compared go on side by side.
        if self.comparing {
            self.previous = self.run.take();
        } else {
            self.put_by();
        }
        self.notice = None;
        self.selected = None;
        self.follow = true;
        for place in self.places.values_mut() {
            place.found = None;
        }
        self.places.remove(&PanelId::Checks);
        self.lens = Lens::default();
        let answers = std::mem::take(&mut self.answers);
        let own = self.slug.as_ref() == Some(&started.header.lesson) && started.recorded.is_none();
        if own && let Some(visit) = self.visit() {
            for locked in &answers {
                let given = Given {
                    said: Said::from(&locked.answer),
                    sure: locked.sure,
                    mark: None,
                };
                visit.answers.insert(locked.id.clone(), given);
            }
            visit.params = params.to_json();
        }
        self.parted = None;
        self.begun += 1;
        let mut run = RunView::new(self.begun, started, params.clone(), answers);
        run.stepped = self.manual && run.is_live();
        run.paused = run.stepped;
        if self.own_rows {
            run.control(Control::OwnRows { shown: true });
        }
        self.run = Some(run);
    }

    /// Ends the run that goes on, if one does. Dropping its feed ends its processes.
    pub(crate) fn stop_run(&mut self) {
        for run in [&mut self.run, &mut self.previous].into_iter().flatten() {
            if run.is_live() {
                run.control(Control::Stop);
            }
        }
    }

    /// Asks something of the run that is shown, or of both.
    pub(crate) fn control(&mut self, control: Control) {
        let other = if self.comparing {
            self.previous.as_mut()
        } else {
            None
        };
        for run in self.run.as_mut().into_iter().chain(other) {
            run.control(control);
        }
    }

    pub(crate) fn notice(&mut self, words: String) {
        self.notice = Some(words);
    }

    /// Whether events may come or the play head move by itself.
    pub(crate) fn is_moving(&self) -> bool {
        let runs = [&self.run, &self.previous];
        let mut runs = runs.into_iter().flatten();
        runs.any(|run| !run.over || run.is_playing())
    }

    /// Takes events until the clock says `until`, and moves a playing head on.
    pub(crate) fn take_events(&mut self, clock: fn() -> Instant, until: Instant) -> Taken {
        let mut all = Taken::default();
        let (run, previous) = (self.run.take(), self.previous.take());
        let mut take = |run: Option<RunView>, ended: &mut bool| {
            run.map(|mut run| {
                let taken = run.take(clock, until);
                if taken.ended {
                    self.judge(&mut run);
                }
                let moved = run.play(clock());
                *ended = taken.ended;
                all.came |= taken.came || moved;
                all.more |= taken.more;
                all.ended |= taken.ended;
                all.fault = all.fault.or(taken.fault);
                run
            })
        };
        let (mut ended, mut other) = (false, false);
        let (run, previous) = (take(run, &mut ended), take(previous, &mut other));
        self.run = run;
        self.previous = previous;
        if let Some(fault) = all.fault {
            self.notice = Some(self.lang.term("fault", fault.as_str()));
        }
        if ended {
            self.on_end();
        }
        if ended || other {
            self.part();
        }
        all
    }

    /// Lays the two runs beside each other, where both are over and shown. Runs of two lessons part at
    /// their first step, which nobody need be told.
    pub(crate) fn part(&mut self) {
        if !self.comparing || self.parted.is_some() {
            return;
        }
        let (Some(one), Some(other)) = (&self.previous, &self.run) else {
            return;
        };
        if one.over && other.over && one.header.lesson == other.header.lesson {
            let pair = one.deeds().zip(other.deeds());
            self.parted = pair.map(|(one, other)| compare(&one, &other));
        }
    }
}
