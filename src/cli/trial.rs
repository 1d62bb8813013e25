//! `Bench`: where programs are run one after another, each run recorded, bounded and judged.
//!
//! The one loop of `test`, `grade` and `lessons check --run`. Runs go one after another: beside another run a
//! program's own processes would come to run less often. Who calls says what is run (`Subject`) and tells the
//! results.

mod bounds;
mod judged;

use std::path::PathBuf;

use super::Stop;
use super::context::Context;
use super::drive::{Driver, Ending, Interrupts, Silent};
use super::outlet::Outlet;
use super::recorder::Recorded;
use super::recordings::{Recordings, discard};
use crate::check::Verdict;
use crate::engine::Run;
use crate::engine::shutdown::Shutdown;
use crate::finding::{Certainty, Finding};
use crate::model::World;
use crate::report::LessonResult;
use crate::sys::clock;
use crate::trace::Header;
use bounds::Bounded;
pub(crate) use bounds::{Bounds, Cut};
pub(crate) use judged::{RUN, failed};

/// What is run again and again.
pub(crate) trait Subject {
    /// What its recordings are called.
    fn name(&self) -> String;

    /// Starts it; else the reason, in words. The calling thread has to live as long as the run.
    fn start(&self) -> Result<(Run, Header), String>;

    /// What there is to say of a run of it.
    fn verdicts(&self, header: &Header, trial: &Trial) -> Vec<Verdict>;

    /// The parameters of its runs, where its name does not tell them: `processes=4`.
    fn row(&self) -> String {
        String::new()
    }
}

/// Which recordings stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    All,
    /// Those of runs in which something failed.
    Failed,
}

/// Where runs are made.
pub(crate) struct Bench<'a> {
    pub context: &'a Context,
    pub shutdown: &'a Shutdown,
    /// A reader that leaves ends the run.
    pub outlet: Option<&'a Outlet>,
    pub recordings: Recordings,
    pub keep: Keep,
    pub time_scale: f64,
    pub bounds: Bounds,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Trial {
    pub world: World,
    pub cut: Option<Cut>,
    /// Birth numbers of those that were alive then.
    left: Vec<u32>,
    /// What went wrong in it, as far as that is certain or likely.
    pub findings: Vec<Finding>,
}

/// A run that was judged.
pub(crate) struct Ran {
    pub trial: Trial,
    pub verdicts: Vec<Verdict>,
    seconds: f64,
    /// Where it is kept.
    recording: Option<PathBuf>,
}

impl Bench<'_> {
    /// Runs it so often and adds what came of it; what can't be started is not tried again.
    pub(crate) fn runs(
        &mut self,
        subject: &dyn Subject,
        times: u32,
        result: &mut LessonResult,
    ) -> Result<(), Stop> {
        for _ in 0..times {
            if result.is_refused() {
                break;
            }
            match self.once(subject, result.runs + 1)? {
                Ok(ran) => {
                    result.found(&ran.trial.findings);
                    let recording = ran.recording.as_deref();
                    result.add(ran.verdicts, ran.seconds, recording, &subject.row());
                }
                Err(why) => result.refuse(&why),
            }
        }
        Ok(())
    }

    /// One run, or why it could not be started.
    pub(crate) fn once(
        &mut self,
        subject: &dyn Subject,
        number: u32,
    ) -> Result<Result<Ran, String>, Stop> {
        let began = clock::instant();
        let (run, header) = match subject.start() {
            Ok(started) => started,
            Err(why) => return Ok(Err(why)),
        };
        let path = self.recordings.path(&subject.name(), number);
        let recorder = self
            .recordings
            .recorder(self.context, path.as_deref(), &header);
        let path = path.filter(|_| recorder.is_some());
        let recorded = Recorded::new(run, recorder, self.context.lang);
        let mut bounded = Bounded::new(recorded, self.bounds);
        let mut driver = Driver {
            shutdown: self.shutdown,
            time_scale: self.time_scale,
            outlet: self.outlet,
            interrupts: Interrupts::End,
        };
        let driven = driver.drive(&mut bounded, &mut Silent, Vec::new());
        let seconds = clock::instant().duration_since(began).as_secs_f64();
        let ended = match driven.ending {
            Ending::Over => Ok(()),
            Ending::Asked(request) => Err(Stop::Asked(request)),
            Ending::OutputLost(error) => Err(error.into()),
        };
        if let Err(stop) = ended {
            // Half a run is nothing that failed.
            discard(path.as_ref().filter(|_| self.keep == Keep::Failed));
            return Err(stop);
        }
        let findings = driven.findings.list().into_iter();
        let sure = findings.filter(|finding| finding.certainty >= Certainty::Likely);
        let trial = Trial {
            findings: sure.cloned().collect(),
            world: driven.world,
            cut: bounded.cut,
            left: bounded.left,
        };
        let verdicts = subject.verdicts(&header, &trial);
        let failed = verdicts.iter().any(|verdict| !verdict.passed);
        let kept = self.keep == Keep::All || failed;
        if let Some(why) = bounded.feed.lost().filter(|_| kept) {
            self.context.recording_stopped(why);
        }
        discard(path.as_ref().filter(|_| !kept));
        Ok(Ok(Ran {
            trial,
            verdicts,
            seconds,
            recording: path.filter(|_| kept),
        }))
    }
}
