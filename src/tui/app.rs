//! `App`: everything the screen shows.
//!
//! Owns the nouns of a session: the learner's course, the runs, the panes, the popup. What a run is and
//! was stands in its World. Changed by `update` alone; read by `view`.

mod ended;

use std::rc::Rc;
use std::time::Instant;

use super::course::Course;
use super::host::{Program, PythonChoice, RunOptions, RunRequest, Started};
use super::inquiry::Inquiries;
use super::outcomes::Outcomes;
use super::panel::{Cache, PanelId};
use super::panes::Panes;
use super::popup::Popup;
use super::popup::lessons::Lessons;
use super::progress::Progress;
use super::run::{Received, RunView};
use super::runs::Runs;
use super::theme::Theme;
use crate::feed::Control;
use crate::finding::Harm;
use crate::lesson::{Circumstances, Library, Params};
use crate::model::World;
use crate::text::Lang;
use crate::trace::Engine;

/// What a session begins with.
pub struct Start {
    pub library: Rc<Library>,
    /// Slug of the lesson to open; `None` opens the last one, or the list with a welcome.
    pub lesson: Option<String>,
    /// How the first run is run.
    pub options: RunOptions,
    pub lang: Lang,
    pub theme: Theme,
    /// A recording to look at, or a run that has begun.
    pub recording: Option<Started>,
    /// The program of a run that is of no lesson.
    pub program: Option<Program>,
    pub progress: Progress,
    /// Something to say first.
    pub word: Option<String>,
}

impl Start {
    /// A learner's first session: the list of lessons, nothing kept.
    pub fn new(library: Rc<Library>, lang: Lang) -> Start {
        Start {
            library,
            lesson: None,
            options: RunOptions::default(),
            lang,
            theme: Theme::default(),
            recording: None,
            program: None,
            progress: Progress::default(),
            word: None,
        }
    }
}

pub(crate) struct App {
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
    pub(crate) course: Course,
    pub(crate) runs: Runs,
    pub(crate) panes: Panes,
    pub(crate) popup: Option<Box<dyn Popup>>,
    pub(crate) notice: Option<String>,
    /// How the next run is run; pace and stepping by hand, the current one too.
    pub(crate) options: RunOptions,
    /// The text of the program, where the run is of no lesson.
    pub(crate) program: Option<Program>,
    /// The Pythons that are found by now, python3 first.
    pub(crate) pythons: Vec<PythonChoice>,
    /// What came of the run is shown once it has been played back.
    results_due: bool,
    /// Words last searched for.
    pub(crate) search: Option<String>,
    /// What the programs that were run could have come to.
    pub(crate) outcomes: Outcomes,
    pub(crate) inquiries: Inquiries,
    /// Lines of panels, kept from frame to frame.
    pub(crate) cache: Cache,
}

impl App {
    pub(crate) fn new(start: Start) -> App {
        let mut app = App {
            lang: start.lang,
            theme: start.theme,
            course: Course::new(start.library, start.progress),
            runs: Runs::none(),
            panes: Panes::new(),
            popup: None,
            notice: None,
            options: start.options,
            program: start.program,
            pythons: Vec::new(),
            results_due: false,
            search: None,
            outcomes: Outcomes::default(),
            inquiries: Inquiries::default(),
            cache: Cache::default(),
        };
        if let Some(started) = start.recording {
            app.open_recording(started);
        } else {
            let last = app.course.progress.last.clone();
            let known = |slug: &String| app.course.lesson_of(slug).is_some();
            match start.lesson.or(last.filter(known)) {
                Some(slug) => app.open(&slug),
                None => app.open_popup(Lessons {
                    row: 0,
                    welcome: true,
                }),
            }
        }
        app.notice = start.word;
        app
    }

    fn open_recording(&mut self, started: Started) {
        // Of a program of one's own nothing is kept.
        let recorded = started.recorded.is_some();
        self.course.slug = recorded.then(|| started.header.lesson.clone());
        self.panes.focus = PanelId::Output;
        let kept = self.course.lesson().and_then(|lesson| {
            let parameters = &lesson.manifest.parameters;
            Params::from_json(lesson.slug(), parameters, &started.header.params).ok()
        });
        let params = kept.unwrap_or_default();
        self.course.params = params.clone();
        self.begin_run(started, &params);
        if recorded {
            self.runs.toggle_playing(super::terminal::now());
        }
    }

    /// What is looked at is a program of one's own, and no lesson.
    pub(crate) fn is_of_own_program(&self) -> bool {
        let run = self.runs.current.as_ref();
        run.is_some_and(|run| run.header.engine.engine() == Engine::Trace)
    }

    /// What runs the lesson next: its Rust twin, or Python where there is none.
    pub(crate) fn engine(&self) -> Engine {
        match self.course.lesson() {
            Some(lesson) if !lesson.twin => Engine::Python,
            _ => self.options.engine.unwrap_or(Engine::Native),
        }
    }

    /// The Python that runs it, where it is known by now.
    pub(crate) fn python(&self) -> Option<&PythonChoice> {
        match &self.options.python {
            Some(given) => self.pythons.iter().find(|python| python.given == *given),
            None => self.pythons.first(),
        }
    }

    /// How the next run is made, as the lesson's expressions see it.
    pub(crate) fn circumstances(&self) -> Circumstances {
        let mut circumstances = Circumstances::default();
        if self.options.pipe {
            "pipe".clone_into(&mut circumstances.stdout);
        }
        if self.engine() == Engine::Python {
            circumstances.engine = Engine::Python;
            let python = self.python();
            circumstances.python = python.map_or(circumstances.python, |python| python.number);
            let method = self.options.method.or(python.map(|python| python.method));
            if let Some(method) = method {
                method.as_str().clone_into(&mut circumstances.method);
            }
        }
        circumstances
    }

    /// Opens a lesson.
    pub(crate) fn open(&mut self, slug: &str) {
        self.course.open(slug);
        self.panes.open();
        self.runs.comparing = false;
        self.runs.shelve();
    }

    /// Shows a run that has begun; the one there was becomes the one before.
    pub(crate) fn begin_run(&mut self, started: Started, params: &Params) {
        self.runs.shelve();
        self.results_due = false;
        self.notice = None;
        self.panes.begin_run();
        let answers = std::mem::take(&mut self.course.answers);
        let own = self.course.slug.as_ref() == Some(&started.header.lesson);
        if own && started.recorded.is_none() {
            self.course.begin_run(params, &answers);
        }
        let number = self.runs.next_number();
        let mut run = RunView::new(number, started, params.clone(), answers);
        run.stepped = self.options.manual && run.is_live();
        run.paused = run.stepped;
        if self.panes.own_rows {
            run.control(Control::OwnRows { shown: true });
        }
        self.runs.current = Some(run);
    }

    /// The run that has begun follows the schedule it was ordered with.
    pub(crate) fn follow(&mut self, order: &RunRequest) {
        let (Some(run), Some(schedule)) = (&mut self.runs.current, &order.schedule) else {
            return;
        };
        if let Some(steps) = order.taken {
            for _ in 0..steps {
                run.control(Control::Step { proc: None });
            }
            self.notice = Some(self.lang.tell("tui.undone", &[("n", &steps)]));
        }
        run.guide = Some(schedule.clone());
    }

    pub(crate) fn open_popup(&mut self, popup: impl Popup) {
        self.popup = Some(Box::new(popup));
    }

    /// The World that is looked at; an empty one before the first run.
    pub(crate) fn world(&self) -> &World {
        self.runs.world()
    }

    /// Whether a run of this lesson has had other parameters than another, or than usual.
    pub(crate) fn has_varied(&self) -> bool {
        let usual = self.course.lesson();
        let usual = usual.map(|lesson| Params::defaults(&lesson.manifest.parameters));
        let runs = [&self.runs.current, &self.runs.previous];
        let mut own = runs
            .into_iter()
            .flatten()
            .filter(|run| Some(&run.header.lesson) == self.course.slug.as_ref());
        own.any(|run| Some(&run.params) != usual.as_ref())
    }

    /// Whether the parameters are other than those of the last run.
    pub(crate) fn has_changed(&self) -> bool {
        let run = self.runs.current.as_ref();
        run.is_some_and(|run| run.params != self.course.params)
    }

    /// Puts the checks in front: what ran is compared with what was thought.
    pub(crate) fn show_checks(&mut self) {
        self.panes.focus = if self.is_of_own_program() {
            PanelId::Findings
        } else {
            PanelId::Checks
        };
        self.panes.zoom = false;
        if let Some(run) = &mut self.runs.current {
            run.results.seen = true;
        }
    }

    /// The first cause of a hang, in a sentence.
    fn why_it_hangs(&self) -> Option<String> {
        let list = self.runs.current.as_ref()?.findings.list();
        let hang = list.iter().find(|finding| finding.kind == Harm::Hang)?;
        Some(hang.text.get(self.lang).to_owned())
    }

    /// Puts the findings in front, with the drawing of who waits for whom.
    fn show_why_it_hangs(&mut self) {
        self.notice = Some(self.lang.phrase("tui.own-stuck").to_owned());
        self.panes.focus = PanelId::Findings;
    }

    pub(crate) fn notice(&mut self, words: String) {
        self.notice = Some(words);
    }

    /// Takes events until the clock says `until`, and moves a playing head on.
    pub(crate) fn take_events(&mut self, clock: fn() -> Instant, until: Instant) -> Received {
        let [current, previous] = self.runs.take(clock, until);
        let fault = current.fault.or(previous.fault);
        if let Some(fault) = fault {
            self.notice = Some(self.lang.term("fault", fault.as_str()));
            if self.is_of_own_program() && self.world().deadlock().is_some() {
                self.show_why_it_hangs();
            }
        }
        if current.stuck
            && let Some(text) = self.why_it_hangs()
        {
            if self.is_of_own_program() {
                self.show_why_it_hangs();
            } else {
                self.notice = Some(text);
            }
        }
        if current.ended {
            self.current_ended(clock());
        }
        if previous.ended {
            self.previous_ended();
        }
        if current.ended || previous.ended {
            self.runs.compare(self.course.lesson());
        }
        let shown = self.show_due_results();
        Received {
            came: current.came || previous.came || shown,
            more: current.more || previous.more,
            ended: current.ended || previous.ended,
            fault,
            stuck: current.stuck,
        }
    }
}
