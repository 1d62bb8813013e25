//! Floods of output: what is looked back at does not grow with them.

use crate::model::{History, World};
use crate::trace::{Batch, Event, Kind, LeftOut, Output, Stream};

fn printed(seq: u64, data: Vec<u8>, left_out: Option<LeftOut>) -> Event {
    Event {
        seq,
        t: 0,
        proc: Some(0),
        pid: 100,
        tid: None,
        kind: Kind::Output(Output {
            stream: Stream::Stdout,
            data,
            at: None,
            left_out,
        }),
    }
}

fn push(history: &mut History, event: Event) {
    for (line, event) in std::iter::once(event).collect::<Batch>().lines() {
        history.push(line, event);
    }
}

/// The newest moments are whole, older ones count what they no longer have.
#[test]
fn output_of_long_ago_is_left_out_and_counted() {
    let mut history = History::default().with_output(64 << 10);
    let (mut world, mut worlds) = (World::new(), Vec::new());
    for seq in 1..=30_000 {
        let event = printed(seq, format!("{seq:0>40}\n").into_bytes(), None);
        world.apply(&event);
        push(&mut history, event);
        if seq % 3_000 == 0 {
            worlds.push((seq, world.clone()));
        }
    }
    let bare = history.bare();
    assert!(bare > 29_000 && bare < 30_000, "{bare}");
    assert_eq!(history.now(), &world);
    for (place, whole) in worlds.into_iter().filter(|(place, _)| *place < bare) {
        let then = history.world_at(place);
        assert_eq!(then.log().bytes(), whole.log().bytes());
        assert_eq!(then.log().dropped_lines(), whole.log().end(), "at {place}");
        assert_eq!(then.log().lines_kept(), 0, "at {place}");
        assert_eq!(
            then.process(0).map(|main| main.counts),
            whole.process(0).map(|main| main.counts)
        );
    }
    let before = history.len() - 1;
    let kept = history.world_at(before).log().lines_kept() as u64;
    assert_eq!(kept, before - bare);
    assert!(
        history.packed().bytes() < 1 << 20,
        "{}",
        history.packed().bytes()
    );
}

/// Few events with much in each, nothing of which packs well.
#[test]
fn a_flood_of_large_pieces_is_kept_within_the_bound() {
    let mut history = History::default().with_output(4 << 20);
    let mut state = 1_u32;
    let mut piece = || {
        let byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_le_bytes()[3]
        };
        std::iter::repeat_with(byte)
            .take(64 << 10)
            .collect::<Vec<u8>>()
    };
    for seq in 1..=500 {
        push(&mut history, printed(seq, piece(), None));
        // The bound, the block that is not full yet, and what base64 and JSON add.
        assert!(
            history.packed().bytes() < 8 << 20,
            "{}",
            history.packed().bytes()
        );
    }
    assert!(history.bare() > 400);
    let event = history.event(7).expect("kept");
    let Kind::Output(output) = event.kind else {
        panic!("{event:?}")
    };
    assert_eq!(output.data, [0; 0]);
    assert_eq!(output.left_out.map(|left| left.bytes), Some(64 << 10));
}

#[test]
fn a_line_in_many_pieces_is_cut_at_its_bound() {
    let mut world = World::new();
    for seq in 1..=200_000 {
        world.apply(&printed(seq, b"......".to_vec(), None));
    }
    let line = world.log().line(0).expect("kept");
    assert_eq!(line.data.len(), world.limits().line_bytes);
    assert_eq!(line.cut, 1_200_000 - line.data.len() as u64);
}
