//! Damaged recordings: a clear message, as many events as can be trusted, no panic, bounded memory.
//!
//! The property runs 400 cases; `FORKLORE_CASES` sets another number. `FORKLORE_CASES=100000
//! CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS=true cargo test --release --test recordings mutated --
//! --nocapture` prints how many cases it ran and how much memory it took. The seed is fixed, so the cases
//! are the same every time.

use std::io::{BufRead, Cursor, Write as _};
use std::path::Path;

use forklore::compare::{Run, compare};
use forklore::export::{Background, Format, Setting, begin};
use forklore::feed::Flaw;
use forklore::model::{History, World};
use forklore::text::Lang;
use forklore::trace::{Batch, ReadError, Reader, Sink, uncompressed};
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::front_ends::{Headless, look};
use crate::harness::say;

const GOLDEN: &str = include_str!("../golden/format-1.jsonl");

/// Lines of a real recording that are mutated: enough for every kind, few enough for many cases.
const LINES: usize = 160;

fn compressed(text: &[u8]) -> Vec<u8> {
    let mut sink = Sink::compressed(Vec::new()).unwrap();
    sink.write_all(text).unwrap();
    sink.finish().unwrap()
}

/// The golden file, and the beginnings of the shipped recordings.
fn originals() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/recordings");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.retain(|path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "zst"));
    paths.sort();
    let mut texts = vec![GOLDEN.as_bytes().to_vec()];
    for path in paths {
        let lines = uncompressed(std::fs::File::open(path).unwrap()).unwrap();
        let mut text = Vec::new();
        for line in lines.split(b'\n').take(LINES) {
            text.extend(line.unwrap());
            text.push(b'\n');
        }
        texts.push(text);
    }
    texts
}

/// A mutation of a recording.
#[derive(Debug, Clone)]
enum Harm {
    Flip { at: usize, bit: u8 },
    Cut { at: usize },
    Drop { at: usize, len: usize },
    Double { at: usize, len: usize },
    Insert { at: usize, bytes: Vec<u8> },
    SwapLines { a: usize, b: usize },
    DropLine { line: usize },
    Number { at: usize, number: &'static str },
    Text { at: usize, text: &'static str },
}

const NUMBERS: &[&str] = &[
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "4294967295",
    "2147483647",
    "-2147483648",
    "1e308",
    "1e999",
    "-0.0",
    "99999999999999999999999999",
    "null",
    "[]",
    "\"7\"",
    "2",
    "100",
];

const TEXTS: &[&str] = &[
    "",
    "\\u001b[2J\\u001b]0;owned\\u0007",
    "\\u0000",
    "\\ud800",
    "MainProcess",
    "RLock-1",
    "Array-1",
    "op",
    "op.wait",
    "process.start",
    "process.exit",
    "end",
    "create",
    "acquire",
    "release",
    "queue.get",
    "put",
    "submit",
    "task.start",
    "task.end",
    "result.get",
    "Pool",
    "Queue",
    "DictProxy",
    "Condition",
    "=1+1",
    "<svg>&\\\"'",
    "\u{202e}\u{200b}第\u{1f469}\u{200d}\u{1f52c}",
    "%s%n{0}{name}",
    "../../../etc/passwd",
];

fn harms() -> impl Strategy<Value = Vec<Harm>> {
    let at = || any::<usize>();
    let harm = proptest::prop_oneof![
        (at(), 0_u8..8).prop_map(|(at, bit)| Harm::Flip { at, bit }),
        at().prop_map(|at| Harm::Cut { at }),
        (at(), 1_usize..200).prop_map(|(at, len)| Harm::Drop { at, len }),
        (at(), 1_usize..2000).prop_map(|(at, len)| Harm::Double { at, len }),
        (at(), proptest::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, bytes)| Harm::Insert { at, bytes }),
        (at(), at()).prop_map(|(a, b)| Harm::SwapLines { a, b }),
        at().prop_map(|line| Harm::DropLine { line }),
        (at(), proptest::sample::select(NUMBERS))
            .prop_map(|(at, number)| Harm::Number { at, number }),
        (at(), proptest::sample::select(NUMBERS))
            .prop_map(|(at, number)| Harm::Number { at, number }),
        (at(), proptest::sample::select(TEXTS)).prop_map(|(at, text)| Harm::Text { at, text }),
        (at(), proptest::sample::select(TEXTS)).prop_map(|(at, text)| Harm::Text { at, text }),
    ];
    proptest::collection::vec(harm, 1..6)
}

fn do_harm(bytes: &mut Vec<u8>, harm: &Harm) {
    let len = bytes.len();
    if len == 0 {
        return;
    }
    match harm {
        Harm::Flip { at, bit } => bytes[at % len] ^= 1 << bit,
        Harm::Cut { at } => bytes.truncate(at % len),
        Harm::Drop { at, len: gone } => {
            let at = at % len;
            bytes.drain(at..(at + gone).min(len));
        }
        Harm::Double { at, len: more } => {
            let at = at % len;
            let piece = bytes[at..(at + more).min(len)].to_vec();
            bytes.splice(at..at, piece);
        }
        Harm::Insert { at, bytes: new } => {
            let at = at % len;
            bytes.splice(at..at, new.iter().copied());
        }
        Harm::SwapLines { a, b } => {
            let mut lines: Vec<Vec<u8>> = split_lines(bytes);
            let count = lines.len();
            lines.swap(a % count, b % count);
            *bytes = lines.concat();
        }
        Harm::DropLine { line } => {
            let mut lines = split_lines(bytes);
            let count = lines.len();
            lines.remove(line % count);
            *bytes = lines.concat();
        }
        Harm::Number { at, number } => replace(bytes, at % len, number, |byte| {
            byte.is_ascii_digit() || *byte == b'-'
        }),
        Harm::Text { at, text } => replace(bytes, at % len, text, |byte| {
            !matches!(byte, b'"' | b'\n' | b'{' | b'}' | b',' | b':')
        }),
    }
}

fn split_lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

/// Replaces the next run of such bytes after `at` with a text.
fn replace(bytes: &mut Vec<u8>, at: usize, text: &str, such: impl Fn(&u8) -> bool) {
    let Some(from) = bytes[at..].iter().position(&such).map(|i| at + i) else {
        return;
    };
    let to = bytes[from..]
        .iter()
        .position(|byte| !such(byte))
        .map_or(bytes.len(), |i| from + i);
    bytes.splice(from..to, text.bytes());
}

/// Reads as far as possible; returns the events and the reader's error.
fn read(bytes: &[u8], deep: bool) -> (u64, Option<ReadError>) {
    let input = match uncompressed(Cursor::new(bytes.to_vec())) {
        Ok(input) => input,
        Err(why) => return (0, Some(why.into())),
    };
    let mut reader = match Reader::new(input) {
        Ok(reader) => reader,
        Err(why) => return (0, Some(why)),
    };
    let mut again = reader.line().to_vec();
    let empty = World::new().scaled(reader.header().time_scale);
    let mut history = History::new(empty.clone());
    let mut world = empty;
    let header = reader.header().clone();
    let setting = Setting {
        header: &header,
        title: &header.lesson,
        lang: Lang::Zh,
        ground: Background::Either,
    };
    let mut nowhere = std::io::sink();
    let formats = if deep { &Format::ALL[..] } else { &[] };
    let mut exports: Vec<_> = formats
        .iter()
        .map(|format| begin(*format, &setting, &mut nowhere).unwrap())
        .collect();
    let mut run = Run::default();
    let mut headless = Headless::new(Lang::En);
    let mut batch = Batch::default();
    let damage = loop {
        match reader.next_event() {
            Ok(Some(event)) => {
                again.extend_from_slice(reader.line());
                world.apply(&event);
                history.push(reader.line().trim_ascii_end(), &event);
                assert_eq!(event.seq, history.len());
                for export in &mut exports {
                    export.event(&event, &world, &mut nowhere).unwrap();
                }
                run.push(&event, &world);
                headless.after(&event, &world);
                batch.add_read(reader.line(), event);
            }
            Ok(None) => break None,
            Err(why) => break Some(why),
        }
    };
    // The events read are the beginning of the file, to the byte.
    if !bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        assert!(bytes.starts_with(&again), "not a beginning");
    }
    assert!(*history.now() == world);
    headless.end(&header, &world);
    if deep {
        let flaw = match &damage {
            Some(why) => Some(Flaw::Damaged(why.to_string())),
            None => reader.torn().then_some(Flaw::Torn),
        };
        let sizes = [(80, 24), (120, 40), (200, 60), (23, 7)];
        look(
            header.clone(),
            batch,
            flaw,
            sizes[bytes.len() % sizes.len()],
        );
        for export in &mut exports {
            export.end(&world, &mut nowhere).unwrap();
        }
        run.end(&world);
        assert!(compare(&run, &run).is_same());
        let half = history.len() / 2;
        history.world_at(half);
        assert_eq!(history.world_at(half).folded(), half);
    }
    if let Some(why) = &damage {
        assert!(!why.to_string().is_empty());
    }
    (history.len(), damage)
}

/// The most memory this process has had, KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1))
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0)
}

#[test]
fn mutated_recordings_are_read_as_far_as_they_can_be_trusted() {
    let cases = std::env::var("FORKLORE_CASES").ok();
    let cases = cases.and_then(|cases| cases.parse().ok()).unwrap_or(400);
    let originals = originals();
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let before = peak();
    let (mut whole, mut harmed, mut events) = (0_u64, 0_u64, 0_u64);
    let which = (any::<usize>(), harms(), 0_u8..4, any::<bool>());
    let counts = std::cell::RefCell::new((&mut whole, &mut harmed, &mut events));
    runner
        .run(&which, |(original, harms, way, deep)| {
            let mut bytes = originals[original % originals.len()].clone();
            // One in four is damaged after compression, one in four before.
            if way == 0 {
                bytes = compressed(&bytes);
            }
            for harm in &harms {
                do_harm(&mut bytes, harm);
            }
            if way == 1 {
                bytes = compressed(&bytes);
            }
            let (read, damage) = read(&bytes, deep);
            let mut counts = counts.borrow_mut();
            *counts.2 += read;
            match damage {
                None => *counts.0 += 1,
                Some(_) => *counts.1 += 1,
            }
            Ok(())
        })
        .unwrap();
    let grown = peak().saturating_sub(before) / 1024;
    println!(
        "{cases} cases: {whole} read to their end, {harmed} with a word on their damage, {events} events folded, {grown} MiB more memory at most"
    );
    assert!(harmed > u64::from(cases) / 4, "the harm is none");
    assert!(grown < 256, "{grown} MiB");
}

fn error(bytes: &[u8]) -> String {
    let (_, damage) = read(bytes, true);
    damage.map(|why| why.to_string()).unwrap_or_default()
}

#[test]
fn each_damage_has_its_word() {
    let header = GOLDEN.lines().next().unwrap();
    let line = |json: &str| error(format!("{header}\n{json}\n").as_bytes());
    assert_eq!(error(b""), "the file is empty");
    assert!(error(b"PK\x03\x04").contains("not a recording"));
    assert!(error(b"{}\n").contains("no forklore header"));
    let newer = header.replace("\"forklore\":1", "\"forklore\":2");
    assert!(error(newer.as_bytes()).contains("a newer forklore is needed"));
    let much_newer = header.replace("\"forklore\":1", "\"forklore\":99999999999");
    assert!(error(much_newer.as_bytes()).contains("a newer forklore is needed"));
    assert!(line("{\"seq\":2,\"t\":0,\"kind\":\"gate\"}").contains("number 2 where 1 was due"));
    assert!(line("{\"seq\":1,\"t\":1e99,\"kind\":\"gate\"}").starts_with("line 2: not an event"));
    let deep = format!(
        "{{\"seq\":1,\"t\":0,\"kind\":\"x\",\"a\":{}",
        "[".repeat(100_000)
    );
    assert!(line(&deep).starts_with("line 2: not an event"));
    let long = format!("{{\"kind\":\"{}\"}}", "x".repeat(5 << 20));
    assert!(line(&long).contains("longer than"));
    let small = compressed(GOLDEN.as_bytes());
    assert!(error(&small[..small.len() - 9]).contains("the compressed file was cut off"));
    let mut spoiled = small.clone();
    let middle = spoiled.len() / 2;
    spoiled[middle] ^= 0x10;
    assert!(error(&spoiled).contains("the compressed file is damaged"));
}

#[test]
fn times_at_the_ends_of_all_numbers_are_folded_exported_and_drawn() {
    let (least, greatest) = (i64::MIN, i64::MAX);
    for times in [
        [least, least],
        [greatest, greatest],
        [least, greatest],
        [greatest, least],
        [-1, 1],
    ] {
        let mut lines = GOLDEN.lines();
        let mut text = lines.next().unwrap().to_owned() + "\n";
        for (number, line) in lines.enumerate() {
            let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
            event["t"] = times[number % 2].into();
            if event.get("t0").is_some() {
                event["t0"] = times[(number + 1) % 2].into();
            }
            text += &event.to_string();
            text.push('\n');
        }
        let (events, damage) = read(text.as_bytes(), true);
        assert_eq!(events, 29, "{times:?}: {damage:?}");
    }
}

/// A shipped recording.
fn example(bytes: &[u8]) -> String {
    let mut lines = uncompressed(Cursor::new(bytes.to_vec())).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut lines, &mut text).unwrap();
    text
}

#[test]
fn a_line_of_the_program_that_nobody_has_is_drawn() {
    let text = example(include_bytes!("../../assets/recordings/lock.jsonl.zst"));
    for line in ["0", "18446744073709551615", "99999999999999999999"] {
        let mut text = text.clone();
        for known in ["8", "11", "12", "13", "17", "25", "29", "33"] {
            let place = format!("program.rs:{known}\"");
            text = text.replace(&place, &format!("program.rs:{line}\""));
        }
        let half = text.len() / 2;
        read(&text.as_bytes()[..half], true);
    }
}

#[test]
fn a_compressed_flood_takes_no_memory() {
    // 256 MiB of one line without an end, a thousandth of that on the disk.
    let mut sink = Sink::compressed(Vec::new()).unwrap();
    let header = GOLDEN.lines().next().unwrap();
    writeln!(sink, "{header}").unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..256 {
        sink.write_all(&zeros).unwrap();
    }
    let bytes = sink.finish().unwrap();
    assert!(bytes.len() < 256 << 10, "{}", bytes.len());
    assert!(error(&bytes).contains("longer than"));
}

#[test]
fn the_command_tells_and_ends_with_4() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let name = path.to_str().unwrap();
    let replay = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        say(&["replay", "--headless", name])
    };
    let golden = GOLDEN.as_bytes();
    let said = replay(&golden[..golden.len() - 5]);
    assert!(said.err.contains("last line"), "{}", said.err);
    assert!(said.out.contains("plain"), "{}", said.out);
    assert_eq!(said.code, Some(4), "{}", said.err);
    let whole_lines = golden.len() - GOLDEN.lines().last().unwrap().len() - 1;
    let said = replay(&golden[..whole_lines]);
    assert_eq!(said.code, Some(4), "{}", said.err);
    assert!(said.err.contains("before the run's end"), "{}", said.err);
    let small = compressed(golden);
    let said = replay(&small[..small.len() - 9]);
    assert_eq!(said.code, Some(4), "{}", said.err);
    assert!(said.err.contains("cut off"), "{}", said.err);
    assert!(!said.out.contains('\u{1b}'), "{:?}", said.out);
}
