//! `Destination`: where the learner asks to be taken, in words.
//!
//! `340` is an event's number, `50%` a share, `1.5s` and `300ms` a moment of the run; anything else
//! describes an event: `release`, `lock acquire`, `temp[2]`, `ForkPoolWorker-1 task.start`. Made by
//! the prompt, done by `RunView`.

use crate::model::World;
use crate::trace::Event;

/// Where to go.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Destination {
    /// Behind the event of this number.
    Event(u64),
    /// 0 to 1 of all events.
    Share(f64),
    /// ns since the run began.
    Moment(i64),
    /// To the next event that fits.
    EventQuery(EventQuery),
}

impl Destination {
    /// What the words ask for; `None` where there are none.
    pub(crate) fn parse(words: &str) -> Option<Destination> {
        let words = words.trim();
        if words.is_empty() {
            return None;
        }
        if let Ok(number) = words.trim_start_matches('#').parse() {
            return Some(Destination::Event(number));
        }
        let number = |words: &str| words.trim_end().parse::<f64>().ok();
        if let Some(percent) = words.strip_suffix('%').and_then(number) {
            return Some(Destination::Share(percent / 100.0));
        }
        let units = [("ms", 1e6), ("s", 1e9), ("m", 60e9)];
        let moment = units
            .iter()
            .find_map(|(unit, ns)| Some(number(words.strip_suffix(unit)?)? * ns));
        if let Some(ns) = moment.filter(|ns| ns.is_finite()) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a float beyond i64 is its end"
            )]
            return Some(Destination::Moment(ns as i64));
        }
        let words = words.split_whitespace().map(str::to_lowercase);
        Some(Destination::EventQuery(EventQuery(words.collect())))
    }
}

/// A description of events: one fits when every word says something of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EventQuery(Vec<String>);

impl EventQuery {
    /// Whether each word is the event's kind or operation, its object by name, identity, class or
    /// cell, its process by name or PID, or one of its value, result, error, child and function. `exit`
    /// does for `process.exit`, capitals don't count.
    pub(crate) fn fits(&self, event: &Event, world: &World) -> bool {
        let facets = facets(event, world);
        self.0
            .iter()
            .all(|word| facets.iter().any(|facet| says(facet, word)))
    }
}

fn facets(event: &Event, world: &World) -> Vec<String> {
    let mut facets = vec![event.kind.word().to_lowercase()];
    if let Some(process) = event.proc.and_then(|proc| world.process(proc)) {
        facets.push(process.name.to_lowercase());
        facets.push(process.pid.to_string());
    }
    let Some(op) = event.kind.op() else {
        return facets;
    };
    facets.push(op.op.as_str().to_owned());
    // What stands in the footer beside them, a word at a time: a value, a child, a function.
    let texts = [
        &op.args.value,
        &op.args.child,
        &op.args.func,
        &op.result,
        &op.error,
    ];
    for text in texts.into_iter().flatten() {
        facets.extend(text.to_lowercase().split_whitespace().map(str::to_owned));
    }
    let Some(object) = &op.object else {
        return facets;
    };
    let label = world
        .object(object)
        .map(|object| object.label().to_lowercase());
    for name in [Some(object.to_lowercase()), label].into_iter().flatten() {
        if let Some(index) = op.args.index {
            facets.push(format!("{name}[{index}]"));
        }
        if let Some(key) = &op.args.key {
            facets.push(format!("{name}[{}]", key.to_lowercase()));
        }
        facets.push(name);
    }
    facets
}

/// Whether the word is the facet, or one of its parts that is no number: `exit` of `process.exit`,
/// `rlock` of `rlock-1`.
fn says(facet: &str, word: &str) -> bool {
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    facet == word || (!number(word) && facet.split(['.', '-', '@']).any(|part| part == word))
}

#[cfg(test)]
mod tests {
    use super::{Destination, EventQuery, says};
    use crate::model::World;
    use crate::trace::{Args, Event, Kind, Op, OpName};

    #[test]
    fn numbers_shares_moments_and_words() {
        let wanted = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            Some(Destination::EventQuery(EventQuery(words)))
        };
        for (words, target) in [
            ("", None),
            (" 340 ", Some(Destination::Event(340))),
            ("#7", Some(Destination::Event(7))),
            ("50%", Some(Destination::Share(0.5))),
            ("12.5 %", Some(Destination::Share(0.125))),
            ("1.5s", Some(Destination::Moment(1_500_000_000))),
            ("300ms", Some(Destination::Moment(300_000_000))),
            ("2 m", Some(Destination::Moment(120_000_000_000))),
            ("1e999s", wanted(&["1e999s"])),
            ("tasks", wanted(&["tasks"])),
            ("Acquire lock", wanted(&["acquire", "lock"])),
        ] {
            assert_eq!(Destination::parse(words), target, "{words}");
        }
    }

    #[test]
    fn the_words_beside_an_operation_find_it() {
        let op = Op {
            op: OpName::Put,
            object: Some("Queue-1".to_owned()),
            args: Args {
                value: Some("None".to_owned()),
                ..Args::default()
            },
            ..Op::default()
        };
        let event = Event {
            seq: 1,
            t: 0,
            proc: Some(0),
            pid: 1,
            tid: None,
            kind: Kind::Op(Box::new(op)),
        };
        let fits = |words: &str| match Destination::parse(words) {
            Some(Destination::EventQuery(wanted)) => wanted.fits(&event, &World::new()),
            other => panic!("{other:?}"),
        };
        assert!(fits("put queue None") && fits("none put"));
        assert!(!fits("put queue 1"));
    }

    #[test]
    fn parts_of_a_name_do_and_numbers_alone_do_not() {
        assert!(says("process.exit", "exit") && says("rlock-1", "rlock"));
        assert!(says("rlock-1", "rlock-1") && !says("rlock-1", "1"));
        assert!(!says("process-10", "process-1") && says("101", "101"));
    }
}
