//! Lines of output, in the order in which they become complete.
//!
//! A torn line has its place where it began, and is shown when it is complete. This file owns only
//! which lines were shown already.

use crate::model::{Ending, Line, OutputLog};

/// How much of a log was shown.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// The number after the last line that was read.
    end: u64,
    /// Earlier lines that were not complete.
    open: Vec<u64>,
    /// Lines before this number were shown, complete or not.
    begun: u64,
}

impl Shown {
    /// The lines that have become complete since the last call.
    pub(crate) fn completed<'a>(&mut self, log: &'a OutputLog) -> Vec<&'a Line> {
        let mut completed = Vec::new();
        let mut open = Vec::new();
        let fresh = self.end.max(log.first())..log.end();
        for number in self.open.drain(..).chain(fresh) {
            match log.line(number) {
                Some(line) if line.ending == Ending::Open => open.push(number),
                Some(line) => completed.push(line),
                // It was dropped before it was complete: a flood of other lines came in between.
                None => {}
            }
        }
        self.open = open;
        self.end = log.end();
        completed
    }

    /// The lines that have begun and are not complete. Each is returned once.
    pub(crate) fn begun<'a>(&mut self, log: &'a OutputLog) -> Vec<&'a Line> {
        let begun = std::mem::replace(&mut self.begun, self.end);
        let fresh = self.open.iter().filter(|number| **number >= begun);
        fresh.filter_map(|number| log.line(*number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;
    use crate::model::World;
    use crate::trace::{Event, Exit, Kind, Output, Stream};

    fn event(seq: u64, proc: u32, kind: Kind) -> Event {
        Event {
            seq,
            t: 0,
            proc: Some(proc),
            pid: 100,
            tid: None,
            kind,
        }
    }

    fn output(seq: u64, proc: u32, text: &str) -> Event {
        let output = Output {
            stream: Stream::Stdout,
            data: text.as_bytes().to_vec(),
            at: None,
            left_out: None,
        };
        event(seq, proc, Kind::Output(output))
    }

    #[test]
    fn a_line_is_given_once_when_it_is_complete() {
        let mut world = World::new();
        let mut shown = Shown::default();
        let mut fold = |event: Event| -> Vec<String> {
            world.apply(&event);
            let lines = shown.completed(world.log());
            lines.iter().map(|line| line.text().into_owned()).collect()
        };
        assert_eq!(fold(output(1, 0, "one\ntw")), ["one"]);
        assert_eq!(fold(output(2, 1, "three\n")), ["three"]);
        assert_eq!(fold(output(3, 0, "o\nfo")), ["two"]);
        assert!(fold(output(4, 1, "five")).is_empty());
        assert_eq!(fold(event(5, 0, Kind::ProcessExit(Exit::Code(0)))), ["fo"]);
        assert_eq!(
            fold(event(6, 1, Kind::ProcessExit(Exit::Code(0)))),
            ["five"]
        );
    }

    #[test]
    fn a_line_that_has_begun_is_given_once_before_it_is_complete() {
        let mut world = World::new();
        let mut shown = Shown::default();
        let texts = |lines: Vec<&crate::model::Line>| -> Vec<String> {
            lines.iter().map(|line| line.text().into_owned()).collect()
        };
        world.apply(&output(1, 0, "one\nwho? "));
        assert_eq!(texts(shown.completed(world.log())), ["one"]);
        assert_eq!(texts(shown.begun(world.log())), ["who? "]);
        assert!(shown.begun(world.log()).is_empty());
        world.apply(&output(2, 0, "Ann\n"));
        assert_eq!(texts(shown.completed(world.log())), ["who? Ann"]);
        assert!(shown.begun(world.log()).is_empty());
    }
}
