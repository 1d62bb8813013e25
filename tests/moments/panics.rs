//! A session whose host panics when something is saved.

use std::process::ExitCode;
use std::rc::Rc;

use forklore::engine::Run;
use forklore::engine::{GateMode, native::NativeConfig};
use forklore::lesson::Library;
use forklore::text::Lang;
use forklore::trace::Header;
use forklore::tui::{self, Host, Progress, RunRequest, RunToSave, Start, Started};

struct Panics;

impl Host for Panics {
    fn start(&mut self, order: &RunRequest) -> Result<Started, String> {
        let config = NativeConfig {
            lesson: order.lesson.clone(),
            params: order.params.to_json(),
            time_scale: 1.0,
            seed: 0,
            line_buffered: true,
            gate: GateMode::Open,
            scheduler: None,
            forklore: None,
            environment: Vec::new(),
        };
        let header = Header::of(order.lesson.as_str());
        let run = Run::start(config).map_err(|error| error.to_string())?;
        Ok(Started {
            feed: Box::new(run),
            header,
            recorded: None,
        })
    }

    fn keep(&mut self, _: &Progress) -> Result<(), String> {
        Ok(())
    }

    fn save(&mut self, _: &RunToSave<'_>) -> Result<String, String> {
        panic!("a defect of the screen");
    }
}

/// The session, until it panics.
pub fn session() -> ExitCode {
    let start = Start {
        lesson: Some("lock".to_owned()),
        ..Start::new(
            Rc::new(Library::embedded().expect("the lessons are whole")),
            Lang::En,
        )
    };
    match tui::run(&mut Panics, start) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
