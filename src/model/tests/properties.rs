//! What holds for every log: folding is deterministic, bounded and never panics; any moment can be
//! seen again; a run that could really happen has no anomalies.

use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

use super::generate::{Choice, choices, honest, hostile};
use crate::model::{Body, History, Limits, World};
use crate::trace::{Batch, Event, read_packet};

fn fold(events: &[Event], mut world: World) -> World {
    for event in events {
        world.apply(event);
    }
    world
}

fn small() -> Limits {
    Limits {
        lines: 12,
        output_bytes: 90,
        line_bytes: 24,
        processes: 4,
        objects: 9,
        elements: 6,
        all_elements: 20,
        spans: 5,
        requests: 4,
        notes: 7,
        rows: 3,
        turns: 5,
    }
}

/// Every part of the World is within its bounds and agrees with itself.
fn audit(world: &World) {
    let limits = world.limits();
    let log = world.log();
    assert!(log.lines().count() <= limits.lines);
    let bytes: usize = log.lines().map(|line| line.data.len()).sum();
    assert!(bytes <= limits.output_bytes + limits.line_bytes);
    assert!(log.lines().all(|line| line.data.len() <= limits.line_bytes));
    let mut writers: Vec<_> = log.lines().map(|line| line.proc).collect();
    writers.sort_unstable();
    writers.dedup();
    let by_writer: usize = writers.iter().map(|proc| log.lines_by(*proc).count()).sum();
    assert_eq!(by_writer, log.lines().count());
    assert!(world.process_count() <= limits.processes);
    for process in world.processes() {
        assert!(process.track.spans.len() <= limits.spans);
        assert!(
            process
                .track
                .spans
                .iter()
                .all(|span| span.start <= span.end)
        );
        assert_eq!(world.process(process.proc), Some(process));
    }
    assert!(world.objects().count() <= limits.objects);
    let mut elements = 0;
    for object in world.objects() {
        assert_eq!(world.object(&object.id), Some(object));
        elements += object.body.size();
        for waiter in &object.waiters {
            assert!(
                world
                    .process(waiter.proc)
                    .is_some_and(super::super::Process::is_alive)
            );
        }
        if let Body::Pool(pool) = &object.body {
            let totals = pool.totals;
            let known =
                totals.waiting + totals.running + totals.succeeded + totals.failed + totals.lost;
            assert_eq!(known, pool.tasks.len() as u64);
        }
    }
    assert!(elements <= limits.all_elements, "{elements} elements");
    assert!(world.anomalies().len() <= limits.notes && world.markers().len() <= limits.notes);
    assert!(world.requests().len() <= limits.requests);
    assert!(world.ps().now().rows.len() <= limits.rows);
}

proptest! {
    // A failure prints its events; no file is left behind.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_events_neither_panic_nor_fill_memory(events in hostile(100)) {
        let mut world = World::with_limits(small());
        for event in &events {
            world.apply(event);
            audit(&world);
            let _ = world.blocked();
        }
        prop_assert_eq!(world.folded(), events.len() as u64);
    }

    #[test]
    fn any_moment_can_be_seen_again(events in hostile(40), looks in proptest::collection::vec(any::<u16>(), 12)) {
        let mut history = History::default();
        let batch = as_written(events);
        let events = batch.events();
        for (line, event) in batch.lines() {
            history.push(line, event);
        }
        let whole = fold(events, World::new());
        prop_assert!(*history.now() == whole);
        for place in (0..=events.len()).chain(looks.iter().map(|look| usize::from(*look) % (events.len() + 1))) {
            let prefix = fold(&events[..place], World::new());
            prop_assert!(*history.world_at(place as u64) == prefix, "place {}", place);
        }
    }

    #[test]
    fn a_run_that_could_happen_has_no_anomalies(choices in choices(200)) {
        let world = fold(&honest(&choices), World::new());
        prop_assert_eq!(world.anomalies().iter().collect::<Vec<_>>(), Vec::<&super::super::Anomaly>::new());
        audit(&world);
    }

    #[test]
    fn a_log_with_two_operations_exchanged_shows_it(choices in choices(200), at in any::<u16>()) {
        let mut events = honest(&choices);
        // Two neighbours on one object, each with its counter.
        let numbered = |event: &Event| match &event.kind {
            crate::trace::Kind::Op(op) if op.ver.is_some() => op.object.clone(),
            _ => None,
        };
        let pairs: Vec<usize> = (1..events.len())
            .filter(|i| numbered(&events[*i]).is_some() && numbered(&events[*i]) == numbered(&events[*i - 1]))
            .collect();
        if !pairs.is_empty() {
            let i = pairs[usize::from(at) % pairs.len()];
            let (first, second) = (events[i - 1].seq, events[i].seq);
            events.swap(i - 1, i);
            (events[i - 1].seq, events[i].seq) = (first, second);
            prop_assert!(fold(&events, World::new()).anomaly_count() > 0);
        }
    }
}

/// A choice that looks like chance and is the same every time.
fn scattered(n: u32) -> Choice {
    let [mixed, ..] = (n.wrapping_mul(2_654_435_761) >> 9).to_le_bytes();
    (n % 4, mixed % 20, u8::from(n / 5 % 2 == 1))
}

#[test]
fn checkpoints_are_made_and_used() {
    let choices: Vec<_> = (0..40_000).map(scattered).collect();
    let events = honest(&choices);
    assert!(events.len() > 8200, "{} events", events.len());
    let mut history = History::default();
    let batch: Batch = events.iter().cloned().collect();
    for (line, event) in batch.lines() {
        history.push(line, event);
    }
    assert!(
        history.checkpoints() >= 2,
        "{} checkpoints",
        history.checkpoints()
    );
    let mut world = World::new();
    let mut prefixes = Vec::new();
    for (place, event) in events.iter().enumerate() {
        world.apply(event);
        if place % 487 == 0 {
            prefixes.push((place as u64 + 1, world.clone()));
        }
    }
    for (place, prefix) in prefixes.iter().rev().chain(&prefixes) {
        assert!(history.world_at(*place) == prefix, "at {place}");
    }
    // The place of a moment is behind the last event it had seen, with and without a World near it.
    for (place, prefix) in &prefixes {
        let t = prefix.now();
        let expected = (*place..=history.len())
            .take_while(|place| history.world_at(*place).now() <= t)
            .last();
        assert_eq!(Some(history.place_at(t)), expected, "at {t} ns");
    }
    assert_eq!(
        (history.place_at(-1), history.place_at(i64::MAX)),
        (0, history.len())
    );
    assert_eq!(history.event(77).as_ref(), Some(&events[76]));
    assert_eq!((history.event(0), history.event(u64::MAX)), (None, None));
}

#[test]
fn a_look_reads_from_the_nearest_world_on() {
    let choices: Vec<_> = (0..40_000).map(scattered).collect();
    let mut history = History::default();
    for (line, event) in honest(&choices).into_iter().collect::<Batch>().lines() {
        history.push(line, event);
    }
    let mut read = |place: u64| {
        let before = history.packed().read.get();
        history.world_at(place);
        history.packed().read.get() - before
    };
    assert_eq!(read(8300), 8300 - 8192);
    // One further, none again, one back, far back.
    assert_eq!((read(8301), read(8301)), (1, 0));
    assert_eq!(read(8300), 8300 - 8192);
    assert_eq!(read(4100), 4100 - 4096);
    assert_eq!(read(8192), 0);
    assert_eq!(read(100), 100);
}

/// The events as they come back from a recording: what no line can say is gone.
fn as_written(events: Vec<Event>) -> Batch {
    let mut batch = Batch::default();
    for (line, _) in events.into_iter().collect::<Batch>().lines() {
        batch.add_read(line, read_packet(line).expect("a line"));
    }
    batch
}
