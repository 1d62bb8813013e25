//! `forklore findings RECORDING`: what went wrong in a recorded run.
//!
//! Of a damaged recording what is there is judged, and the exit code says that it is damaged.

use std::io::{self, Write as _};

use super::Stop;
use super::args::{FindingsArgs, RunFormat};
use super::context::Context;
use super::recording::Recording;
use crate::error::Code;
use crate::finding::Certainty;
use crate::report::{findings, findings_json};

pub(crate) fn run(context: &Context, args: &FindingsArgs) -> Result<Code, Stop> {
    let recording = Recording::named(context, &args.recording)?;
    let told = recording.fold(context, |_, _| Ok(()))?;
    let list = told.findings.list();
    let page = match args.format {
        RunFormat::Json => findings_json(&list)?,
        RunFormat::Human if list.is_empty() => {
            format!("{}\n", context.lang.phrase("findings.nothing")).into_bytes()
        }
        RunFormat::Human => {
            let mut page = String::new();
            findings(&context.style(), &told.world, &list, &mut page);
            page.trim_start_matches('\n').as_bytes().to_vec()
        }
    };
    io::stdout().write_all(&page)?;
    let fails = args.fail_on.map(Certainty::from).is_some_and(|least| {
        let mut sure = list.iter().map(|finding| finding.certainty);
        sure.any(|certainty| certainty >= least)
    });
    Ok(match (told.damaged, fails) {
        (true, _) => Code::Unreadable,
        (false, true) => Code::CheckFailed,
        (false, false) => Code::Fine,
    })
}
