//! Why a listing can't come out: what its lines say was read contradicts itself.
//!
//! From the notes of any execution it is known which process prints what it has read. Held against the
//! listing, its lines say which value each read must have had; and that says which write it came before
//! or after. A circle among these is the reason. Only what is read from shared memory and printed next
//! can be told this way; where that is not so there is no answer.

use std::collections::{BTreeMap, VecDeque};

/// What a process did, in the order it did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Values that the object had from the beginning.
    Made {
        object: String,
        values: Vec<String>,
    },
    Read {
        cell: Cell,
        value: String,
    },
    Written {
        cell: Cell,
        value: String,
    },
    Printed {
        text: String,
    },
}

/// An element of shared memory, by the program's name for the object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub object: String,
    pub index: Option<i64>,
}

/// One step of the circle; each comes before the next, the last before the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Birth number of the process.
    pub birth: u32,
    pub cell: Cell,
    pub value: String,
    pub kind: LinkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    Writes,
    /// It reads what was there from the beginning.
    ReadsOld,
    /// It reads what somebody has written.
    ReadsNew,
}

/// The shortest circle that the listing asks for; `None` where none is known.
#[must_use]
pub fn contradiction(notes: &[(u32, Note)], listing: &str) -> Option<Vec<Link>> {
    let first = initial(notes);
    let steps = implied(notes, listing, &first)?;
    let after = |at: usize| -> Vec<usize> {
        let step = &steps[at];
        let own = (at + 1..steps.len()).filter(|other| steps[*other].birth == step.birth);
        let others = (0..steps.len()).filter(|other| {
            let other = &steps[*other];
            other.cell == step.cell
                && match (step.kind, other.kind) {
                    (LinkKind::ReadsOld, LinkKind::Writes) => true,
                    (LinkKind::Writes, LinkKind::ReadsNew) => other.value == step.value,
                    _ => false,
                }
        });
        own.chain(others).collect()
    };
    let circles = (0..steps.len()).filter(|at| steps[*at].kind == LinkKind::Writes);
    let circles = circles.filter_map(|start| around(start, &after));
    let shortest = circles.min_by_key(Vec::len)?;
    Some(shortest.into_iter().map(|at| steps[at].clone()).collect())
}

/// The shortest way from a step back to itself.
fn around(start: usize, after: &impl Fn(usize) -> Vec<usize>) -> Option<Vec<usize>> {
    let mut from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ahead = VecDeque::from([start]);
    while let Some(at) = ahead.pop_front() {
        for next in after(at) {
            if next == start {
                let mut way = vec![at];
                while let Some(before) = from.get(way.last()?) {
                    way.push(*before);
                }
                way.reverse();
                return Some(way);
            }
            if next != start && !from.contains_key(&next) {
                from.insert(next, at);
                ahead.push_back(next);
            }
        }
    }
    None
}

fn initial(notes: &[(u32, Note)]) -> BTreeMap<Cell, String> {
    let made = notes.iter().filter_map(|(_, note)| match note {
        Note::Made { object, values } => Some((object, values)),
        _ => None,
    });
    let cells = made.flat_map(|(object, values)| {
        let single = values.len() == 1;
        values.iter().enumerate().map(move |(index, value)| {
            let index = i64::try_from(index).ok().filter(|_| !single);
            let object = object.clone();
            (Cell { object, index }, value.clone())
        })
    });
    cells.collect()
}

/// The reads and writes in program order, each process's together, with the values that the listing
/// asks for; `None` where it can't be told which line is whose.
fn implied(
    notes: &[(u32, Note)],
    listing: &str,
    first: &BTreeMap<Cell, String>,
) -> Option<Vec<Link>> {
    let mut births: Vec<u32> = notes.iter().map(|(birth, _)| *birth).collect();
    births.sort_unstable();
    births.dedup();
    let lines: Vec<&str> = listing.lines().collect();
    let mut used = vec![false; lines.len()];
    let mut steps = Vec::new();
    for birth in births {
        let mut line = 0;
        let mut read: Option<(&Cell, &str)> = None;
        for (_, note) in notes.iter().filter(|(of, _)| *of == birth) {
            match note {
                Note::Made { .. } => {}
                Note::Read { cell, value } => read = Some((cell, value)),
                Note::Written { cell, value } => steps.push(Link {
                    birth,
                    cell: cell.clone(),
                    value: value.clone(),
                    kind: LinkKind::Writes,
                }),
                Note::Printed { text } => {
                    let text = text.trim_end_matches('\n');
                    let hole = read.take().and_then(|(cell, value)| {
                        let (before, after) = text.rsplit_once(value)?;
                        Some((cell, before, after))
                    });
                    let value = |line: &str| match hole {
                        Some((_, before, after)) => {
                            let rest = line.strip_prefix(before)?.strip_suffix(after)?;
                            Some(rest.to_owned())
                        }
                        None => (line == text).then(String::new),
                    };
                    let own = (line..lines.len()).find_map(|at| {
                        let value = value(lines[at]).filter(|_| !used[at])?;
                        Some((at, value))
                    });
                    let (at, value) = own?;
                    used[at] = true;
                    line = at + 1;
                    if let Some((cell, ..)) = hole {
                        let old = first.get(cell) == Some(&value);
                        steps.push(Link {
                            birth,
                            cell: cell.clone(),
                            value,
                            kind: if old {
                                LinkKind::ReadsOld
                            } else {
                                LinkKind::ReadsNew
                            },
                        });
                    }
                }
            }
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::{Cell, LinkKind, Note, contradiction};

    fn cell(index: i64) -> Cell {
        Cell {
            object: "temp".to_owned(),
            index: Some(index),
        }
    }

    /// Two processes write a cell each and print both.
    fn notes() -> Vec<(u32, Note)> {
        let mut notes = vec![(
            0,
            Note::Made {
                object: "temp".to_owned(),
                values: vec!["10".to_owned(), "20".to_owned()],
            },
        )];
        for birth in [1, 2] {
            let value = (100 + birth).to_string();
            let own = cell(i64::from(birth) - 1);
            notes.push((birth, Note::Written { cell: own, value }));
            for (index, value) in [(0, "101"), (1, "102")] {
                let value = value.to_owned();
                let text = format!("{birth} sees {value}\n");
                let cell = cell(index);
                notes.push((birth, Note::Read { cell, value }));
                notes.push((birth, Note::Printed { text }));
            }
        }
        notes
    }

    #[test]
    fn two_that_both_came_first_are_a_circle() {
        let listing = "1 sees 101\n1 sees 20\n2 sees 10\n2 sees 102\n";
        let circle = contradiction(&notes(), listing).expect("a circle");
        let told: Vec<_> = circle
            .iter()
            .map(|link| (link.birth, link.kind, link.value.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (1, LinkKind::Writes, "101"),
                (1, LinkKind::ReadsOld, "20"),
                (2, LinkKind::Writes, "102"),
                (2, LinkKind::ReadsOld, "10"),
            ]
        );
    }

    #[test]
    fn what_is_possible_or_not_understood_has_none() {
        let one_after_the_other = "1 sees 101\n1 sees 20\n2 sees 101\n2 sees 102\n";
        assert_eq!(contradiction(&notes(), one_after_the_other), None);
        assert_eq!(contradiction(&notes(), "3 sees 101\n"), None);
        assert_eq!(contradiction(&[], ""), None);
    }
}
