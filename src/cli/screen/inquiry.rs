//! What the session asks beside its runs, answered in the background: `compare --start-methods` by a
//! forklore of its own, and the probes of a lesson's claims under every Python that is found.
//!
//! A thread does it. It ends, and with it what it has started, when nobody wants to know any more.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::cli::{bounded, probe};
use crate::engine::interpreter::Interpreter;
use crate::lesson::{Lesson, Params, Value};
use crate::sys::clock;
use crate::text::Lang;
use crate::tui::{Answer, Inquiry, Probed};

/// What three runs may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long the thread is waited for, once nobody wants to know.
const LAST: Duration = Duration::from_millis(300);

pub(super) struct Background {
    answers: Receiver<Answer>,
    unwanted: Arc<AtomicBool>,
}

impl Background {
    fn start(
        work: impl FnOnce(&Sender<Answer>, &AtomicBool) + Send + 'static,
    ) -> io::Result<Box<dyn Inquiry>> {
        let (sender, answers) = unbounded();
        let unwanted = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&unwanted);
        thread::Builder::new()
            .name("inquiry".to_owned())
            .spawn(move || {
                work(&sender, &told);
                let _ = sender.send(Answer::Over);
            })?;
        Ok(Box::new(Background { answers, unwanted }))
    }
}

impl Inquiry for Background {
    fn poll(&mut self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
        let until = clock::instant() + LAST;
        while self.answers.recv_deadline(until).is_ok() {}
    }
}

/// The page of `compare --start-methods`; `global` are the options of this session.
pub(super) fn start_methods(
    lesson: &str,
    params: &Params,
    python: Option<&str>,
    global: Vec<OsString>,
) -> io::Result<Box<dyn Inquiry>> {
    let mut command = Command::new("/proc/self/exe");
    command.args(["compare", "--start-methods", lesson]);
    for (name, value) in params.iter() {
        let value = match value {
            Value::Str(text) => text.clone(),
            other => other.repr(),
        };
        command.arg("--set").arg(format!("{name}={value}"));
    }
    if let Some(python) = python {
        command.arg("--python").arg(python);
    }
    command.args(global);
    Background::start(move |answers, unwanted| {
        let mut stop = || unwanted.load(Ordering::Relaxed);
        let page = match bounded::run(&mut command, Vec::new(), PATIENCE, &mut stop) {
            Ok(ended) => ended.stdout + &ended.stderr,
            Err(error) => error.to_string(),
        };
        let _ = answers.send(Answer::Page(page));
    })
}

/// Every claim's probe under one Python of each version, the oldest first.
pub(super) fn claims(lesson: Lesson, lang: Lang) -> io::Result<Box<dyn Inquiry>> {
    Background::start(move |answers, unwanted| {
        let mut versions = BTreeMap::new();
        for python in Interpreter::all().into_iter().flatten() {
            versions.entry(python.version.number()).or_insert(python);
        }
        for claim in &lesson.manifest.claims {
            for python in versions.values() {
                if !probe::applies(claim, python) {
                    continue;
                }
                let mut stop = || unwanted.load(Ordering::Relaxed);
                let shown = probe::shows(&lesson, claim, python, &mut stop);
                if stop() {
                    return;
                }
                let (agrees, said) = match shown {
                    Ok(shown) => match shown.contradicts {
                        None => (true, shown.said),
                        Some(why) => (false, why.get(lang).to_owned()),
                    },
                    Err(error) => (false, error.to_string()),
                };
                let _ = answers.send(Answer::Probed(Probed {
                    claim: claim.id.clone(),
                    python: python.version.to_string(),
                    agrees,
                    said: said.trim_end().to_owned(),
                }));
            }
        }
    })
}
