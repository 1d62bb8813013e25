//! Notes of an execution for `contradiction`: reads and writes of shared memory, and what was printed.

use crate::explore::contradiction::{Cell, Note};
use crate::trace::{Event, Kind, Op, OpName, Stream};

/// What an event says of these; objects by their identity.
pub(super) fn note(event: &Event) -> Option<Note> {
    match &event.kind {
        Kind::Op(op) if op.op == OpName::Create => Some(Note::Made {
            object: op.object.clone()?,
            values: op.args.values.clone()?,
        }),
        Kind::OpEnd(op) if op.op == OpName::Get => Some(Note::Read {
            cell: cell(op)?,
            value: op.result.clone()?,
        }),
        Kind::OpEnd(op) if op.op == OpName::Set => Some(Note::Written {
            cell: cell(op)?,
            value: op.args.value.clone()?,
        }),
        Kind::Output(output) if output.stream == Stream::Stdout => Some(Note::Printed {
            text: String::from_utf8_lossy(&output.data).into_owned(),
        }),
        _ => None,
    }
}

fn cell(op: &Op) -> Option<Cell> {
    Some(Cell {
        object: op.object.clone()?,
        index: op.args.index,
    })
}
