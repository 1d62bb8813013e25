//! Cases of `pipe` and `Connection`.

use forklore::mp::{self, Bytes, Process, pipe, print};
use forklore::trace::{Kind, OpName};

use crate::harness::{Case, Finished};

fn say<T: std::fmt::Debug>(result: mp::Result<T>) {
    match result {
        Ok(value) => print!("{value:?}"),
        Err(error) => print!("{error}"),
    }
}

fn both_ways() -> mp::Result<()> {
    let (here, there) = pipe::<String, usize>(true)?;
    let child = Process::new(
        move || -> mp::Result<()> {
            loop {
                match there.recv() {
                    Ok(text) => there.send(text.len())?,
                    Err(error) => {
                        print!("child: {error}");
                        return Ok(());
                    }
                }
            }
        },
        (),
    );
    child.start()?;
    // The child has its own copy of this end, so closing main's would not end the pipe.
    for n in [0, 3, 300_000] {
        here.send("x".repeat(n))?;
        print!("{}", here.recv()?);
    }
    print!("{}", here.poll()?);
    print!("{}", here.poll_timeout(Some(0.01))?);
    child.terminate()?;
    child.join()?;
    say(here.poll_timeout(None));
    say(here.recv());
    say(here.send(String::new()));
    here.close();
    say(here.send(String::new()));
    say(here.recv());
    print!("{}", here.closed());
    Ok(())
}

fn directions() -> mp::Result<()> {
    let (reader, writer) = pipe::<u32, u32>(false)?;
    writer.send(7)?;
    say(reader.recv());
    say(reader.send(1));
    say(writer.recv());
    say(writer.poll());
    drop(writer);
    say(reader.recv());
    let (reader, writer) = pipe::<u32, u32>(false)?;
    drop(reader);
    say(writer.send(1));
    Ok(())
}

/// More than a socket holds, in both directions at once, to a child that is slow to begin.
fn large() -> mp::Result<()> {
    let (here, there) = pipe::<Bytes, Bytes>(true)?;
    let child = Process::new(
        move || -> mp::Result<()> {
            mp::sleep(0.1);
            for _ in 0..20 {
                let mut bytes = there.recv()?;
                bytes.reverse();
                there.send(bytes)?;
            }
            Ok(())
        },
        (),
    );
    child.start()?;
    for n in 0..20_usize {
        let bytes: Vec<u8> = (0..n * 50_000).map(|i| i.to_le_bytes()[0]).collect();
        here.send(Bytes::from(bytes.clone()))?;
        let mut back = here.recv()?;
        back.reverse();
        if back != bytes {
            print!("{n} came back as something else");
        }
    }
    child.join()?;
    print!("all");
    Ok(())
}

fn log_tells_a_pipe(run: &Finished) {
    run.versions_are_in_order();
    run.no_contradictions();
    let mut sent = Vec::new();
    let mut received = 0;
    for (pid, op) in run.ops() {
        match op.op {
            OpName::Send => {
                let item = op.args.item.clone().expect("an item");
                assert!(item.starts_with(&format!("{pid}:")));
                sent.push((item, op.args.value.clone()));
            }
            OpName::Recv => {
                let item = op.args.item.clone().expect("an item");
                let place = sent.iter().position(|(name, _)| *name == item);
                let (_, value) = sent.remove(place.expect("it was sent before"));
                assert_eq!(op.result, value);
                received += 1;
            }
            _ => {}
        }
    }
    assert_eq!((received, sent.len()), (40, 0));
    let waited = |name| {
        run.events
            .iter()
            .any(|event| matches!(&event.kind, Kind::OpWait(op) if op.op == name))
    };
    assert!(waited(OpName::Send) && waited(OpName::Recv));
    let ends: Vec<_> = run
        .ops()
        .into_iter()
        .filter(|(_, op)| op.op == OpName::Create)
        .map(|(_, op)| (op.object.as_deref(), op.args.of.as_deref()))
        .collect();
    let pair = [Some("Connection-1"), Some("Connection-2")];
    assert_eq!(ends, [(pair[0], pair[1]), (pair[1], pair[0])]);
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::plain("connection_both_ways", both_ways, |run| {
            run.ok();
            let lines = [
                "0",
                "3",
                "300000",
                "false",
                "false",
                "true",
                "EOFError",
                "BrokenPipeError: [Errno 32] Broken pipe",
                "OSError: handle is closed",
                "OSError: handle is closed",
                "true",
            ];
            assert_eq!(run.lines(), lines);
        }),
        Case::plain("connection_directions", directions, |run| {
            run.ok();
            let lines = [
                "7",
                "OSError: connection is read-only",
                "OSError: connection is write-only",
                "OSError: connection is write-only",
                "EOFError",
                "BrokenPipeError: [Errno 32] Broken pipe",
            ];
            assert_eq!(run.lines(), lines);
        }),
        Case::traced("connection_errors_in_the_log", directions, |run| {
            run.versions_are_in_order();
            let errors: Vec<_> = run
                .ops()
                .into_iter()
                .filter_map(|(_, op)| op.error.clone())
                .collect();
            assert_eq!(errors.len(), 5, "{errors:?}");
            let closed = run
                .ops()
                .into_iter()
                .filter(|(_, op)| op.op == OpName::Close);
            assert_eq!(closed.count(), 4, "an end that is dropped is closed");
        }),
        Case::plain("connection_large", large, |run| {
            run.ok();
            assert_eq!(run.stdout, "all\n");
        }),
        Case::traced("connection_log", large, log_tells_a_pipe),
    ]
}
