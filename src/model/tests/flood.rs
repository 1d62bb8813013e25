//! Floods of output: what is looked back at does not grow with them.

use crate::model::{History, World};
use crate::trace::{Batch, Event, Kind, LeftOut, Output, ProcessStart, Role, StartMethod, Stream};

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

/// Names, values and texts of markers are no output, and fill memory as well.
#[test]
fn a_flood_of_long_texts_is_kept_within_the_bound() {
    let mut history = History::default().with_output(4 << 20);
    let mut state = 1_u64;
    for seq in 1..=400 {
        let mut text = String::new();
        while text.len() < 64 << 10 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            text += &state.to_string();
        }
        let name = Kind::ProcessStart(ProcessStart {
            ppid: 1,
            name: text.clone(),
            role: Role::Process,
            daemon: false,
            method: StartMethod::Fork,
        });
        let kinds = [
            name,
            Kind::Marker {
                text,
                finding: None,
            },
        ];
        let event = Event {
            proc: Some(u32::try_from(seq).expect("few")),
            kind: kinds
                .into_iter()
                .nth(usize::try_from(seq % 2).expect("0 or 1"))
                .expect("two"),
            ..printed(seq, Vec::new(), None)
        };
        push(&mut history, event);
        assert!(
            history.packed().bytes() < 8 << 20,
            "{}",
            history.packed().bytes()
        );
    }
    // The newest is whole, the oldest has what a World keeps of it, so that it folds to the same.
    let mut lengths = Vec::new();
    history
        .packed()
        .each_line(&mut |line| lengths.push(line.len()));
    assert!(lengths[0] < 2048, "{}", lengths[0]);
    assert!(lengths[399] > 64 << 10, "{}", lengths[399]);
    let (end, now) = (history.len(), history.now().clone());
    let mut again = World::new();
    history
        .packed()
        .visit(0, end, &mut |event| again.apply(event));
    assert_eq!(again, now);
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
