//! What every command has at hand: language, colours, lessons, and the way to speak to people.
//!
//! Made once from the global options. It reads the environment; nothing else in the cli does.

use std::cell::Cell;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write as _};
use std::path::PathBuf;

use super::args::Global;
use super::words;
use crate::engine::shutdown::Shutdown;
use crate::error::{Code, Failure};
use crate::lesson::{LessonError, Library};
use crate::report::Style;
use crate::text::{ColourChoice, Depth, Lang, Paint, clean_text};

/// The global options, decided.
#[derive(Debug)]
pub(crate) struct Context {
    pub lang: Lang,
    /// For words on stdout.
    pub paint: Paint,
    pub depth: Depth,
    choice: ColourChoice,
    lessons: Vec<PathBuf>,
    replace: bool,
    trust: bool,
    may_ask: Cell<bool>,
}

impl Context {
    pub(crate) fn new(global: &Global) -> Context {
        let lang = global
            .lang
            .map_or_else(|| Lang::from_environment(variable), Lang::from);
        let choice = ColourChoice::from(global.color);
        let depth = Depth::decide(choice, io::stdout().is_terminal(), variable);
        Context {
            lang,
            paint: Paint::new(depth),
            depth,
            choice,
            lessons: global.lessons.clone(),
            replace: global.replace,
            trust: global.trust,
            may_ask: Cell::new(true),
        }
    }

    /// Every lesson: the embedded ones and those of `--lessons`. Those that can't be read are told.
    pub(crate) fn library(&self) -> Result<Library, Failure> {
        let refused = |error| unreadable(self.lang, &error);
        let mut library = Library::embedded().map_err(refused)?;
        for pack in &self.lessons {
            library.add_pack(pack, self.replace).map_err(refused)?;
        }
        for broken in library.broken() {
            let why = words::lesson(self.lang, &broken.error);
            self.tell(&self.lang.tell("cli.broken-lesson", &[("why", &why)]));
        }
        Ok(library)
    }

    /// The options that make another forklore see the same lessons and speak the same language.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let lang = match self.lang {
            Lang::En => "en",
            Lang::Zh => "zh",
        };
        let mut arguments: Vec<OsString> = ["--color", "never", "--lang", lang]
            .map(OsString::from)
            .into();
        for pack in &self.lessons {
            arguments.extend(["--lessons".into(), pack.into()]);
        }
        let flags = [(self.replace, "--replace"), (self.trust, "--trust")];
        let flags = flags.iter().filter(|(given, _)| *given);
        arguments.extend(flags.map(|(_, flag)| OsString::from(flag)));
        arguments
    }

    /// Whether programs of packs may run without asking.
    pub(crate) fn trusts_all(&self) -> bool {
        self.trust
    }

    /// Whether questions may be asked at the terminal.
    pub(crate) fn may_ask(&self) -> bool {
        self.may_ask.get()
    }

    /// The session has the terminal from now on.
    pub(crate) fn ask_no_more(&self) {
        self.may_ask.set(false);
    }

    /// Whether lessons of packs take the place of built-in ones.
    pub(crate) fn replaces(&self) -> bool {
        self.replace
    }

    /// Says something on stderr, harmless whatever a file put into it. Nobody listening there is
    /// no reason to stop.
    #[expect(clippy::unused_self, reason = "speaking belongs to the context")]
    pub(crate) fn tell(&self, words: &dyn Display) {
        tell(words);
    }

    /// Says words that carry colours of ours; what is foreign in them was sanitised before.
    #[expect(clippy::unused_self, reason = "speaking belongs to the context")]
    pub(crate) fn tell_styled(&self, words: &str) {
        let _ = writeln!(io::stderr(), "{words}");
    }

    /// How words for people are shown on stdout.
    pub(crate) fn style(&self) -> Style {
        Style {
            lang: self.lang,
            paint: self.paint,
            columns: self.columns(),
            pid_width: pid_width(),
        }
    }

    /// … and on stderr.
    pub(crate) fn style_of_stderr(&self) -> Style {
        let depth = Depth::decide(self.choice, io::stderr().is_terminal(), variable);
        Style {
            paint: Paint::new(depth),
            ..self.style()
        }
    }

    /// Hears Ctrl-C, SIGTERM and SIGHUP from now on.
    pub(crate) fn listen(&self) -> Result<Shutdown, Failure> {
        Shutdown::listen().map_err(|error| self.no_thread(&error))
    }

    /// No thread could be started, or no signal handler set.
    pub(crate) fn no_thread(&self, why: &io::Error) -> Failure {
        let what = self.lang.tell("cli.no-thread", &[("why", why)]);
        Failure::new(Code::NotStarted, what).remedy(self.lang.phrase("run.not-started-remedy"))
    }

    /// The recording has ended before the run; told once.
    pub(crate) fn recording_stopped(&self, why: &io::Error) {
        let why = words::recording(self.lang, why);
        let words = self.lang.tell("run.recording-stopped", &[("why", &why)]);
        self.tell(&format!("forklore: {words}"));
    }

    /// Columns of the terminal stdout is; `None` where it is none.
    #[expect(clippy::unused_self, reason = "the terminal belongs to the context")]
    pub(crate) fn columns(&self) -> Option<usize> {
        if !io::stdout().is_terminal() {
            return None;
        }
        let (columns, _) = crossterm::terminal::size().ok()?;
        (columns > 0).then_some(usize::from(columns))
    }
}

/// Says something on stderr before there is a context.
pub(crate) fn tell(words: &dyn Display) {
    let _ = writeln!(io::stderr(), "{}", clean_text(&words.to_string()));
}

/// The language of a command line that may be wrong: what `--lang` says, else the environment.
pub(crate) fn language(arguments: impl Iterator<Item = OsString>) -> Lang {
    let mut chosen = None;
    let mut arguments = arguments.filter_map(|argument| argument.into_string().ok());
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--lang") {
            Some("") => chosen = arguments.next(),
            Some(code) => chosen = code.strip_prefix('=').map(str::to_owned).or(chosen),
            None if argument == "--" => break,
            None => {}
        }
    }
    chosen
        .and_then(|code| Lang::parse(&code))
        .unwrap_or_else(|| Lang::from_environment(variable))
}

/// A variable of the environment that is text.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Digits of the highest PID the system gives, as procps has it for its column.
fn pid_width() -> usize {
    let highest = std::fs::read_to_string("/proc/sys/kernel/pid_max").ok();
    let highest = highest.and_then(|text| text.trim().parse::<u32>().ok());
    highest.map_or(5, |highest| (highest - 1).max(1).to_string().len())
}

fn unreadable(lang: Lang, error: &LessonError) -> Failure {
    let code = match error.exit_code() {
        2 => Code::Usage,
        _ => Code::Unreadable,
    };
    Failure::new(code, words::lesson(lang, error))
}
