//! Reading a recording and writing it again gives the same bytes.

use std::collections::BTreeSet;
use std::io::Cursor;

use forklore::model::World;
use forklore::trace::{Args, Kind, OpName, Reader, Sink, copy, encode_event, uncompressed};

const GOLDEN: &str = include_str!("../golden/format-1.jsonl");
/// What a later version might write: unknown kinds, fields and words, other whitespace, another order.
const LATER: &str = include_str!("../golden/format-1-later.jsonl");

fn reader(bytes: &[u8]) -> Reader<Box<dyn std::io::BufRead + Send>> {
    Reader::new(uncompressed(Cursor::new(bytes.to_vec())).unwrap()).unwrap()
}

fn copied(bytes: &[u8]) -> Vec<u8> {
    let mut output = Vec::new();
    copy(&mut reader(bytes), &mut output).unwrap();
    output
}

#[test]
fn the_golden_file_of_format_1_is_written_to_the_byte() {
    let mut reader = reader(GOLDEN.as_bytes());
    let mut bytes = reader.header().line();
    let mut kinds = BTreeSet::new();
    while let Some(event) = reader.next_event().unwrap() {
        kinds.insert(event.kind.word().to_owned());
        assert!(!matches!(event.kind, Kind::Unknown { .. }), "{event:?}");
        encode_event(&mut bytes, &event);
    }
    assert!(!reader.torn());
    let again = String::from_utf8(bytes).unwrap();
    for (ours, golden) in again.lines().zip(GOLDEN.lines()) {
        assert_eq!(ours, golden);
    }
    assert_eq!(again.len(), GOLDEN.len());
    let missing = |name: &&&str| !GOLDEN.contains(&format!("\"{name}\":"));
    let kinds_missing: Vec<_> = Kind::WORDS
        .iter()
        .filter(|word| !kinds.contains(**word))
        .collect();
    let args_missing: Vec<_> = Args::NAMES.iter().filter(missing).collect();
    assert!(
        kinds_missing.is_empty(),
        "kinds the golden file lacks: {kinds_missing:?}"
    );
    assert!(
        args_missing.is_empty(),
        "arguments the golden file lacks: {args_missing:?}"
    );
}

#[test]
fn what_a_later_version_wrote_survives_and_what_is_known_of_it_is_folded() {
    assert_eq!(String::from_utf8(copied(LATER.as_bytes())).unwrap(), LATER);
    let mut reader = reader(LATER.as_bytes());
    let mut world = World::new();
    let mut ops = Vec::new();
    while let Some(event) = reader.next_event().unwrap() {
        world.apply(&event);
        if let Kind::Op(op) = event.kind {
            ops.push(op.op);
        }
    }
    assert_eq!(world.unknown_events(), 1);
    assert_eq!(&*world.process(0).unwrap().name, "MainProcess");
    assert_eq!(ops, [OpName::Other]);
    assert!(world.end().is_some());
}

#[test]
fn compressing_and_uncompressing_changes_nothing() {
    for text in [GOLDEN, LATER] {
        let mut sink = Sink::compressed(Vec::new()).unwrap();
        copy(&mut reader(text.as_bytes()), &mut sink).unwrap();
        let small = sink.finish().unwrap();
        assert_ne!(small, text.as_bytes());
        assert_eq!(String::from_utf8(copied(&small)).unwrap(), text);
    }
}
