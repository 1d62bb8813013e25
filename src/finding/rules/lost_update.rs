//! A value that is read, changed and written back while another process writes it: that write is lost.
//!
//! What the log shows in this order is proved. Where both stand on one line (`n.value += 1`) and nothing
//! orders the processes, it can happen, even if this run had luck.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::finding::names::{label, who};
use crate::finding::order::Order;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, found::Found};
use crate::lesson::Words;
use crate::model::{Object, World};
use crate::text::clean;
use crate::trace::{Op, OpName};

/// Cells that are followed, readers kept for each, and places that are told.
const CELLS: usize = 1 << 16;
const READERS: usize = 16;
const PLACES: usize = 64;

#[derive(Debug, Default)]
pub(in crate::finding) struct LostUpdate {
    order: Order,
    objects: Vec<Cells>,
    /// Places in `objects`, and the last one that was asked for.
    places: HashMap<String, usize>,
    last: usize,
    count: usize,
    seen: Vec<Seen>,
}

/// What a shared object has.
#[derive(Debug, Default)]
struct Cells {
    id: String,
    /// Of a value.
    whole: Cell,
    /// By index or key.
    parts: HashMap<String, Cell>,
}

#[derive(Debug, Default)]
struct Cell {
    reads: Vec<Read>,
    writes: u64,
    write: Option<Write>,
}

/// The last thing a process did with a cell was to read it.
#[derive(Debug, Default)]
struct Read {
    proc: u32,
    seq: u64,
    at: String,
    value: String,
    /// Writes of the cell there had been.
    writes: u64,
    /// Reads on the same line in a row, without a write between.
    again: u32,
    /// It has not written since.
    open: bool,
}

#[derive(Debug, Default)]
struct Write {
    proc: u32,
    seq: u64,
    moment: u32,
    value: String,
}

/// What was seen at one place of the program.
#[derive(Debug)]
struct Seen {
    object: String,
    cell: String,
    read_at: String,
    write_at: String,
    /// How many times another's write was written over; 0 where it only could have been.
    lost: u64,
    example: Example,
    procs: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Example {
    proc: u32,
    other: u32,
    value: String,
    others: String,
    written: String,
    seqs: [u64; 3],
}

impl Rule for LostUpdate {
    fn watches(&self) -> &'static [Watch] {
        &[
            Watch::Start,
            Watch::Reaped,
            Watch::Op(OpName::Start),
            Watch::Op(OpName::OsFork),
            Watch::Op(OpName::Acquire),
            Watch::Op(OpName::Release),
            Watch::Op(OpName::SetFlag),
            Watch::Op(OpName::IsSet),
            Watch::Op(OpName::Wait),
            Watch::Op(OpName::Notify),
            Watch::Op(OpName::NotifyAll),
            Watch::Op(OpName::Put),
            Watch::Op(OpName::QueueGet),
            Watch::Op(OpName::TaskDone),
            Watch::Op(OpName::QueueJoin),
            Watch::Op(OpName::Send),
            Watch::Op(OpName::Recv),
            Watch::Op(OpName::Write),
            Watch::Op(OpName::Read),
            Watch::Op(OpName::Submit),
            Watch::Op(OpName::TaskStart),
            Watch::Op(OpName::TaskEnd),
            Watch::Op(OpName::ResultReady),
            Watch::Op(OpName::ResultGet),
            Watch::Op(OpName::ResultWait),
            Watch::Op(OpName::Join),
            Watch::Op(OpName::Create),
            Watch::Op(OpName::Get),
            Watch::Op(OpName::Set),
            Watch::Op(OpName::DictGet),
            Watch::Op(OpName::DictSet),
            Watch::Op(OpName::ListGet),
            Watch::Op(OpName::ListSet),
            Watch::Op(OpName::NamespaceGet),
            Watch::Op(OpName::NamespaceSet),
        ]
    }

    fn after(&mut self, Moment { event, world }: Moment<'_>, _: &mut Found) {
        let op = event.kind.op();
        match (op, event.proc) {
            (Some(op), Some(proc)) if is_read(op.op) || is_write(op.op) => {
                if op.error.is_none() {
                    self.access(op, proc, event.seq);
                }
            }
            (Some(op), _) if op.op == OpName::Create => self.created(op),
            // Without a shared value there is nothing to order: what came before it orders nothing of it.
            _ if self.objects.is_empty() => {}
            _ => self.order.follow(event, world),
        }
    }

    fn end(&mut self, world: &World, found: &mut Found) {
        let uncertain = self.order.is_uncertain();
        for seen in &self.seen {
            let one_line = seen.read_at == seen.write_at;
            if seen.lost > 0 {
                found.add(lost(world, seen, one_line));
            } else if one_line && !uncertain && !self.is_lost_elsewhere(seen) {
                found.add(open(world, seen));
            }
        }
    }
}

fn is_read(op: OpName) -> bool {
    matches!(
        op,
        OpName::Get | OpName::DictGet | OpName::ListGet | OpName::NamespaceGet
    )
}

fn is_write(op: OpName) -> bool {
    matches!(
        op,
        OpName::Set | OpName::DictSet | OpName::ListSet | OpName::NamespaceSet
    )
}

/// The name of a cell within its object; empty for a value.
fn cell_of(op: &Op) -> Cow<'_, str> {
    match (&op.args.key, op.args.index) {
        (Some(key), _) => Cow::from(key),
        (None, Some(index)) => Cow::from(index.to_string()),
        (None, None) => Cow::from(""),
    }
}

impl LostUpdate {
    fn created(&mut self, op: &Op) {
        let class = op.args.class.as_deref().unwrap_or_default();
        let shared = ["Value", "Array", "Synchronized", "Proxy"];
        if let Some(object) = &op.object
            && shared.iter().any(|word| class.contains(word))
        {
            self.place(object);
        }
    }

    /// Where the object's cells are; `None` beyond the bound.
    fn place(&mut self, object: &str) -> Option<usize> {
        if self
            .objects
            .get(self.last)
            .is_some_and(|cells| cells.id == object)
        {
            return Some(self.last);
        }
        let place = match self.places.get(object) {
            Some(place) => *place,
            None if self.objects.len() >= CELLS => return None,
            None => {
                self.places.insert(object.to_owned(), self.objects.len());
                self.objects.push(Cells {
                    id: object.to_owned(),
                    ..Cells::default()
                });
                self.objects.len() - 1
            }
        };
        self.last = place;
        Some(place)
    }

    fn access(&mut self, op: &Op, proc: u32, seq: u64) {
        let object = op.object.as_deref().unwrap_or_default();
        let Some(place) = self.place(object) else {
            return;
        };
        let moment = self.order.now(proc);
        let name = cell_of(op);
        let Some(cell) = cell(&mut self.objects[place], &name, &mut self.count) else {
            return;
        };
        let at = op.at.as_deref().unwrap_or_default();
        if is_read(op.op) {
            let value = op.result.as_deref().unwrap_or_default();
            if let Some(write) = cell.read(proc, at, value, seq) {
                self.order.saw(write, proc);
            }
            return;
        }
        let value = op.args.value.as_deref().unwrap_or_default();
        let race = cell.overwrites((proc, at, value, seq), &self.order);
        cell.wrote(proc, moment, value, seq);
        if let Some(race) = race {
            self.note(object, &name, at, race);
        }
    }

    fn note(&mut self, object: &str, cell: &str, at: &str, race: Race) {
        let Race {
            read_at,
            lost,
            example,
        } = race;
        let same = |seen: &&mut Seen| {
            seen.object == object
                && seen.cell == cell
                && seen.read_at == read_at
                && seen.write_at == at
        };
        let procs = [example.proc, example.other];
        if let Some(seen) = self.seen.iter_mut().find(same) {
            if seen.lost == 0 && lost > 0 {
                seen.example = example;
            }
            seen.lost += u64::from(lost > 0);
            for proc in procs {
                if seen.procs.len() < READERS && !seen.procs.contains(&proc) {
                    seen.procs.push(proc);
                }
            }
        } else if self.seen.len() < PLACES {
            self.seen.push(Seen {
                object: object.to_owned(),
                cell: cell.to_owned(),
                read_at,
                write_at: at.to_owned(),
                lost: u64::from(lost > 0),
                example,
                procs: procs.to_vec(),
            });
        }
    }

    /// Another cell of the object, or another place, says it already.
    fn is_lost_elsewhere(&self, seen: &Seen) -> bool {
        let same = |other: &&Seen| other.object == seen.object && other.write_at == seen.write_at;
        self.seen.iter().filter(same).any(|other| other.lost > 0)
    }
}

/// The cell of this name, made where there is none yet.
fn cell<'a>(cells: &'a mut Cells, name: &str, count: &mut usize) -> Option<&'a mut Cell> {
    if name.is_empty() {
        return Some(&mut cells.whole);
    }
    if !cells.parts.contains_key(name) {
        if *count >= CELLS {
            return None;
        }
        *count += 1;
        cells.parts.insert(name.to_owned(), Cell::default());
    }
    cells.parts.get_mut(name)
}

/// A write over another's.
struct Race {
    read_at: String,
    lost: u64,
    example: Example,
}

impl Cell {
    /// Notes a read; gives the write that a reader has waited for, where it asked again and again.
    fn read(&mut self, proc: u32, at: &str, value: &str, seq: u64) -> Option<(u32, u32)> {
        let known = self.reads.iter_mut().find(|read| read.proc == proc);
        let read = if let Some(known) = known {
            known
        } else {
            if self.reads.len() >= READERS {
                self.reads.remove(0);
            }
            self.reads.push(Read {
                proc,
                ..Read::default()
            });
            self.reads.last_mut()?
        };
        let again = read.open && read.at == at;
        read.again = if again { read.again + 1 } else { 0 };
        let waited = read.again > 1 && read.value != value;
        read.seq = seq;
        at.clone_into(&mut read.at);
        value.clone_into(&mut read.value);
        read.writes = self.writes;
        read.open = true;
        let write = self.write.as_ref().filter(|_| waited)?;
        Some((write.proc, write.moment))
    }

    /// What a write by this process is to the last write of another one.
    fn overwrites(
        &self,
        (proc, at, value, seq): (u32, &str, &str, u64),
        order: &Order,
    ) -> Option<Race> {
        let write = self.write.as_ref().filter(|write| write.proc != proc)?;
        let read = self
            .reads
            .iter()
            .find(|read| read.proc == proc && read.open)?;
        let ordered = order.happened((write.proc, write.moment), proc);
        let between = write.seq > read.seq;
        let lost = if between {
            self.writes - read.writes
        } else {
            0
        };
        // On one line nothing can have told the process of the other's write.
        if ordered && !(between && read.at == at) {
            return None;
        }
        Some(Race {
            read_at: read.at.clone(),
            lost,
            example: Example {
                proc,
                other: write.proc,
                value: read.value.clone(),
                others: write.value.clone(),
                written: value.to_owned(),
                seqs: [read.seq, write.seq, seq],
            },
        })
    }

    fn wrote(&mut self, proc: u32, moment: u32, value: &str, seq: u64) {
        self.writes += 1;
        if let Some(read) = self.reads.iter_mut().find(|read| read.proc == proc) {
            read.open = false;
        }
        let write = self.write.get_or_insert_default();
        (write.proc, write.seq, write.moment) = (proc, seq, moment);
        value.clone_into(&mut write.value);
    }
}

/// `counter`, `cells[3]`, `shared['jobs']`, `state.total`.
fn called(object: Option<&Object>, seen: &Seen) -> String {
    let name = object.map_or_else(|| clean(&seen.object).into_owned(), label);
    let cell = clean(&seen.cell);
    match object {
        _ if seen.cell.is_empty() => format!("{name}.value"),
        Some(object) if object.class.contains("Namespace") => format!("{name}.{cell}"),
        _ => format!("{name}[{cell}]"),
    }
}

fn lost(world: &World, seen: &Seen, one_line: bool) -> Finding {
    let object = world.object(&seen.object);
    let Example {
        proc,
        other,
        value,
        others,
        written,
        ..
    } = &seen.example;
    let text = Words::tell(
        "finding.lost-update.text",
        &[
            ("n", &seen.lost),
            ("cell", &called(object, seen)),
            ("who", &who(world.process(*proc))),
            ("other", &who(world.process(*other))),
            ("value", &clean(value)),
            ("others", &clean(others)),
            ("written", &clean(written)),
            ("at", &clean(&seen.write_at)),
        ],
    );
    let certainty = if one_line {
        Certainty::Certain
    } else {
        Certainty::Likely
    };
    let mut finding = told(world, seen, certainty, text);
    finding.count = seen.lost;
    finding
}

fn open(world: &World, seen: &Seen) -> Finding {
    let object = world.object(&seen.object);
    let text = Words::tell(
        "finding.lost-update.luck",
        &[
            ("cell", &called(object, seen)),
            ("who", &who(world.process(seen.example.proc))),
            ("other", &who(world.process(seen.example.other))),
            ("at", &clean(&seen.write_at)),
        ],
    );
    told(world, seen, Certainty::Likely, text)
}

fn told(world: &World, seen: &Seen, certainty: Certainty, text: Words) -> Finding {
    let object = world.object(&seen.object);
    let of_value = object.is_some_and(|object| object.shared().is_some());
    let advice = if of_value {
        Words::tell("finding.lost-update.advice", &[])
    } else {
        Words::tell("finding.lost-update.advice-proxy", &[])
    };
    let mut finding = Finding::new("lost-update", Harm::Wrong, certainty, text)
        .advice(advice)
        .lesson("lock")
        .object(object)
        .place(Some(&seen.read_at))
        .place(Some(&seen.write_at))
        .same(format!(
            "{} {} {}",
            seen.object, seen.read_at, seen.write_at
        ));
    for seq in seen.example.seqs {
        finding = finding.event(seq);
    }
    for proc in &seen.procs {
        finding = finding.process(world.process(*proc));
    }
    finding
}
