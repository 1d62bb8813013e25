//! The circle of a deadlock, drawn: each holds what the one before it waits for.
//!
//! Called where the sentences of `explain::waits` are shown. A process that waits for itself is one
//! sentence and no circle.

use crate::model::{Awaited, Thing, Wait};
use crate::text::{Lang, clean};

/// One line of the circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub text: String,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Between,
    Last,
}

impl Link {
    /// The line's part of the drawing, three columns wide: with box characters, and without.
    #[must_use]
    pub fn mark(&self) -> (&'static str, &'static str) {
        match self.place {
            Place::First => ("╭▸ ", "/> "),
            Place::Between => ("│  ", "|  "),
            Place::Last => ("╰─ ", "\\_ "),
        }
    }

    /// What stands in front of the rest of its text where that takes more than one line.
    #[must_use]
    pub fn rest(&self) -> (&'static str, &'static str) {
        match self.place {
            Place::Last => ("   ", "   "),
            Place::First | Place::Between => ("│  ", "|  "),
        }
    }
}

/// The circle among these waits, from its first process by birth; empty where there is none.
#[must_use]
pub fn circle(lang: Lang, waits: &[Wait]) -> Vec<Link> {
    let round = around(waits);
    let last = round.len().saturating_sub(1);
    let link = |(index, wait): (usize, &&Wait)| {
        let before = if index == 0 { last } else { index - 1 };
        Link {
            text: lang.tell(
                "deadlock.link",
                &[
                    ("who", &clean(&wait.who.name)),
                    ("holds", &awaited(round[before])),
                    ("waits", &awaited(wait)),
                ],
            ),
            place: match index {
                0 => Place::First,
                index if index == last => Place::Last,
                _ => Place::Between,
            },
        }
    };
    round.iter().enumerate().map(link).collect()
}

/// The waits of a circle of two and more, each followed by that of the process it waits for.
fn around(waits: &[Wait]) -> Vec<&Wait> {
    let next = |wait: &Wait| {
        let holder = match wait.target {
            Awaited::Object(_) => wait.held_by.first().filter(|holder| holder.alive)?,
            _ => return None,
        };
        waits.iter().find(|other| other.who.proc == holder.proc)
    };
    let mut starts: Vec<&Wait> = waits.iter().collect();
    starts.sort_by_key(|wait| wait.who.proc);
    for start in starts {
        let mut round = vec![start];
        let mut at = start;
        while let Some(other) = next(at).filter(|_| round.len() <= waits.len()) {
            if other.who.proc == start.who.proc {
                return if round.len() > 1 { round } else { Vec::new() };
            }
            round.push(other);
            at = other;
        }
    }
    Vec::new()
}

/// The program's name for what is waited for, or its identity.
fn awaited(wait: &Wait) -> String {
    match &wait.target {
        Awaited::Object(Thing { id, name }) => {
            clean(name.as_deref().unwrap_or(id.as_ref())).into_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::circle;
    use crate::model::{Awaited, Party, Thing, Wait};
    use crate::text::Lang;

    fn party(proc: u32) -> Party {
        Party {
            proc,
            name: format!("Process-{proc}").into(),
            pid: 100 + i32::try_from(proc).unwrap(),
            alive: true,
        }
    }

    fn waits(proc: u32, fork: &str, held_by: u32) -> Wait {
        Wait {
            who: party(proc),
            op: <_>::default(),
            at: None,
            since_seq: 0,
            tid: None,
            target: Awaited::Object(Thing {
                id: Arc::from("Lock-1"),
                name: Some(Arc::from(fork)),
            }),
            held_by: vec![party(held_by)],
        }
    }

    fn drawn(waits: &[Wait]) -> Vec<String> {
        let links = circle(Lang::En, waits);
        let line = |link: &super::Link| link.mark().0.to_owned() + &link.text;
        links.iter().map(line).collect()
    }

    #[test]
    fn a_circle_is_drawn_from_its_first_process_and_leaves_out_who_only_waits() {
        // Process-4 waits for the circle; it is not of it.
        let all = [
            waits(4, "b", 2),
            waits(3, "a", 1),
            waits(1, "b", 2),
            waits(2, "c", 3),
        ];
        assert_eq!(
            drawn(&all),
            [
                "╭▸ Process-1 holds a, waits for b",
                "│  Process-2 holds b, waits for c",
                "╰─ Process-3 holds c, waits for a",
            ]
        );
    }

    #[test]
    fn no_circle_no_drawing() {
        assert!(drawn(&[waits(1, "a", 1)]).is_empty(), "itself");
        assert!(drawn(&[waits(1, "a", 2)]).is_empty(), "2 is not stuck");
        assert!(drawn(&[]).is_empty());
    }
}
