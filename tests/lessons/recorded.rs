//! A recording shows what the live run showed: both fold to the same World.

use std::io::{Cursor, Write as _};

use forklore::lesson::{Library, Params};
use forklore::model::{History, World};
use forklore::trace::{Batch, Header, Reader, Sink, uncompressed};

use crate::native::{TIME_SCALE, events};

fn header(lesson: &str, params: &Params) -> Header {
    Header {
        params: params.to_json(),
        time_scale: TIME_SCALE,
        seed: Some(0),
        ..Header::of(lesson)
    }
}

#[test]
fn a_live_run_and_its_recording_fold_to_the_same_world() {
    let library = Library::embedded().unwrap();
    for lesson in library.iter() {
        let params = Params::defaults(&lesson.manifest.parameters);
        let live = events(lesson, &params, true);
        let empty = World::new().scaled(TIME_SCALE);
        let mut shown = empty.clone();
        let mut kept = History::new(empty.clone());
        let header = header(lesson.slug(), &params);
        let mut sink = Sink::compressed(Vec::new()).unwrap();
        sink.write_all(&header.line()).unwrap();
        for (line, event) in live.iter().cloned().collect::<Batch>().lines() {
            shown.apply(event);
            kept.push(line, event);
            sink.write_all(line).unwrap();
            sink.write_all(b"\n").unwrap();
        }
        let bytes = sink.finish().unwrap();
        let mut reader = Reader::new(uncompressed(Cursor::new(bytes)).unwrap()).unwrap();
        assert_eq!(reader.header(), &header);
        let (mut replayed, mut read) = (History::new(empty), Vec::new());
        while let Some(event) = reader.next_event().unwrap() {
            replayed.push(reader.line().trim_ascii_end(), &event);
            read.push(event);
        }
        assert!(shown.end().is_some(), "{}", lesson.slug());
        assert_eq!(read, live, "{}", lesson.slug());
        assert!(*replayed.now() == shown, "{}", lesson.slug());
        // At any moment, not only at the end.
        for place in (0..=replayed.len()).rev().step_by(7) {
            let same = *replayed.world_at(place) == *kept.world_at(place);
            assert!(same, "{} at {place}", lesson.slug());
        }
    }
}
