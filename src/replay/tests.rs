//! The play head against a clock that goes only when it is waited for.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::{Ahead, Clock, Replay, Speed};
use crate::feed::{Control, ControlError, Feed as _, FeedItem, Flaw};
use crate::trace::{Event, Header, Kind, Reader, encode_event};

/// Waiting moves it, nothing else does.
#[derive(Clone)]
struct Hands(Rc<Cell<Instant>>);

impl Clock for Hands {
    fn now(&mut self) -> Instant {
        self.0.get()
    }

    fn wait_until(&mut self, then: Instant) {
        self.0.set(self.0.get().max(then));
    }
}

fn header() -> Header {
    Header::of("lock")
}

/// A recording of markers at these seconds.
fn recording(seconds: &[f64]) -> Vec<u8> {
    let mut bytes = header().line();
    for (index, second) in seconds.iter().enumerate() {
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers of a test")]
        let event = Event {
            seq: index as u64 + 1,
            t: (second * 1e9) as i64,
            proc: None,
            pid: 0,
            tid: None,
            kind: Kind::Marker {
                text: index.to_string(),
                finding: None,
            },
        };
        encode_event(&mut bytes, &event);
    }
    bytes
}

type Played = Replay<std::io::Cursor<Vec<u8>>, Hands>;

#[expect(clippy::disallowed_methods, reason = "any beginning will do")]
fn start() -> Instant {
    Instant::now()
}

fn play(bytes: Vec<u8>, speed: Speed) -> (Played, Instant) {
    let start = start();
    let hands = Hands(Rc::new(Cell::new(start)));
    let reader = Reader::new(std::io::Cursor::new(bytes)).unwrap();
    (Replay::new(reader, hands, speed), start)
}

fn seqs(item: FeedItem) -> Vec<u64> {
    match item {
        FeedItem::Events(batch) => batch.events().iter().map(|event| event.seq).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn events_come_when_their_time_has_come() {
    let (mut replay, start) = play(recording(&[0.0, 1.0, 0.5, 4.0]), Speed::Times(2.0));
    let after = |ms| start + Duration::from_millis(ms);
    assert_eq!(seqs(replay.poll(after(400))), [1]);
    assert_eq!(replay.poll(after(400)), FeedItem::Idle);
    // The third was late: it comes with the one it stands behind.
    assert_eq!(seqs(replay.poll(after(600))), [2, 3]);
    assert_eq!(replay.clock.now(), after(500));
    assert_eq!(replay.poll(after(1_900)), FeedItem::Idle);
    assert_eq!(seqs(replay.poll(after(2_100))), [4]);
    assert_eq!(replay.clock.now(), after(2_000));
    assert_eq!(replay.poll(after(2_100)), FeedItem::End);
    assert_eq!(replay.poll(after(2_100)), FeedItem::End);
    assert_eq!(replay.control(Control::Pause), Err(ControlError::Over));
}

#[test]
fn a_held_play_head_gives_nothing_and_goes_on_where_it_stood() {
    let (mut replay, start) = play(recording(&[0.0, 1.0]), Speed::Times(1.0));
    let after = |ms| start + Duration::from_millis(ms);
    assert!(replay.abilities().pause && !replay.abilities().live);
    assert_eq!(seqs(replay.poll(after(0))), [1]);
    assert_eq!(replay.poll(after(900)), FeedItem::Idle);
    replay.control(Control::Pause).unwrap();
    assert_eq!(replay.poll(after(10_000)), FeedItem::Idle);
    replay.control(Control::Resume).unwrap();
    assert_eq!(replay.poll(after(10_050)), FeedItem::Idle);
    assert_eq!(
        replay.control(Control::Step { proc: None }),
        Err(ControlError::Unable)
    );
    assert_eq!(seqs(replay.poll(after(20_000))), [2]);
    assert_eq!(replay.clock.now(), after(10_100));
}

#[test]
fn all_at_once_waits_for_nothing() {
    let (mut replay, start) = play(recording(&[0.0, 1e9, 2e9]), Speed::AllAtOnce);
    assert_eq!(seqs(replay.poll(start)), [1, 2, 3]);
    assert_eq!(replay.poll(start), FeedItem::End);
    assert_eq!(replay.clock.now(), start);
    assert!(replay.damage().is_none() && !replay.torn());
}

#[test]
fn what_stands_before_the_damage_is_given() {
    let mut bytes = recording(&[0.0, 0.0]);
    bytes.extend_from_slice(b"no event\n");
    let (mut replay, start) = play(bytes, Speed::AllAtOnce);
    assert_eq!(seqs(replay.poll(start)), [1, 2]);
    assert_eq!(replay.poll(start), FeedItem::End);
    assert!(replay.damage().is_some());
    let mut bytes = recording(&[0.0, 0.0]);
    bytes.truncate(bytes.len() - 3);
    let (mut replay, start) = play(bytes, Speed::AllAtOnce);
    assert_eq!(seqs(replay.poll(start)), [1]);
    assert_eq!(replay.poll(start), FeedItem::End);
    assert!(replay.torn() && replay.damage().is_none());
}

#[test]
fn reading_ahead_gives_the_same_events_with_their_lines_and_says_how_it_ends() {
    let seconds: Vec<f64> = (0..3000).map(f64::from).collect();
    let mut bytes = recording(&seconds);
    let read = |bytes: &[u8]| {
        let reader = Reader::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
        let mut ahead = Ahead::new(reader).unwrap();
        let (mut seqs, mut text) = (Vec::new(), Vec::new());
        let soon = || start() + Duration::from_secs(30);
        loop {
            match ahead.poll(soon()) {
                FeedItem::Events(batch) => {
                    for (line, event) in batch.lines() {
                        seqs.push(event.seq);
                        text.extend_from_slice(line);
                        text.push(b'\n');
                    }
                    ahead.give_back(batch);
                }
                FeedItem::End => break,
                FeedItem::Idle => panic!("nothing came"),
            }
        }
        assert_eq!(ahead.poll(soon()), FeedItem::End);
        (seqs, text, ahead.flaw())
    };
    let (seqs, text, end) = read(&bytes);
    assert!(seqs.iter().copied().eq(1..=3000));
    let events = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    assert!(text == bytes[events..]);
    assert_eq!(end, None);
    let (seqs, _, end) = read(&bytes[..bytes.len() - 1]);
    assert_eq!((seqs.len(), end), (2999, Some(Flaw::Torn)));
    bytes.extend_from_slice(b"no event\n");
    let (seqs, _, end) = read(&bytes);
    assert_eq!(seqs.len(), 3000);
    assert!(matches!(end, Some(Flaw::Damaged(why)) if why.contains("line 3002")));
}

#[test]
fn events_with_megabytes_in_each_are_given_a_few_at_a_time() {
    let mut bytes = header().line();
    for seq in 1..=10 {
        let event = Event {
            seq,
            t: 0,
            proc: None,
            pid: 0,
            tid: None,
            kind: Kind::Marker {
                text: "x".repeat(700_000),
                finding: None,
            },
        };
        encode_event(&mut bytes, &event);
    }
    let hands = Hands(Rc::new(Cell::new(start())));
    let reader = Reader::new(std::io::Cursor::new(bytes)).unwrap();
    let mut replay = Replay::new(reader, hands.clone(), Speed::AllAtOnce);
    let mut batches = Vec::new();
    while let FeedItem::Events(batch) = replay.poll(hands.0.get()) {
        batches.push(batch.len());
    }
    assert_eq!(batches, [2; 5]);
}
