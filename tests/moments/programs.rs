//! What the stage runs here instead of a lesson: programs that do their worst.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd as _;

use forklore::mp::{self, Process, print};
use forklore::{protocol::StageConfig, stage};

/// The variable that names the program.
pub const PROGRAM: &str = "FORKLORE_TEST_PROGRAM";

/// Size of a flood in bytes: less in an unoptimised build, but always more than is kept.
pub const FLOOD: usize = if cfg!(debug_assertions) {
    12_000_000
} else {
    100_000_000
};
/// Length of a line of a flood in bytes, newline included.
pub const LINE: usize = 100;

/// Runs the program that the environment names.
pub fn perform(json: &str) -> ! {
    let config: StageConfig = serde_json::from_str(json).expect("made by the supervisor");
    let program = match std::env::var(PROGRAM).as_deref() {
        Ok("printed") => printed,
        Ok("written") => written,
        Ok("endless") => endless,
        Ok("hostile") => hostile,
        other => panic!("no such program: {other:?}"),
    };
    stage::perform(config, program)
}

fn in_a_child(work: fn() -> mp::Result<()>) -> mp::Result<()> {
    let child = Process::new(work, ());
    child.start()?;
    child.join()
}

/// Straight to descriptor 1, as any program writes.
fn stdout() -> File {
    let descriptor = std::io::stdout().as_fd().try_clone_to_owned();
    File::from(descriptor.expect("one more descriptor"))
}

/// A flood by `print`, one event per line.
fn printed() -> mp::Result<()> {
    in_a_child(|| {
        for number in 0..FLOOD / LINE {
            print!("{number:0>99}");
        }
        Ok(())
    })
}

/// Lines of a flood that does not compress well: pseudo-random numbers.
fn lines(count: usize, state: &mut u64) -> Vec<u8> {
    let mut text = Vec::with_capacity(count * LINE);
    for _ in 0..count {
        for _ in 0..LINE - 1 {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            text.push(b'!' + u8::try_from(*state % 94).unwrap_or(0));
        }
        text.push(b'\n');
    }
    text
}

/// A flood written directly to the descriptor.
fn written() -> mp::Result<()> {
    in_a_child(|| {
        let (mut out, mut state) = (stdout(), 0x2545_f491_4f6c_dd1d);
        for _ in 0..FLOOD / (1000 * LINE) {
            out.write_all(&lines(1000, &mut state)).expect("it is read");
        }
        Ok(())
    })
}

/// A flood that goes on until it is killed.
fn endless() -> mp::Result<()> {
    in_a_child(|| {
        let mut out = stdout();
        let text = lines(1000, &mut 0x2545_f491_4f6c_dd1d);
        while out.write_all(&text).is_ok() {}
        Ok(())
    })
}

/// Everything that could damage a screen, then a closing line.
fn hostile() -> mp::Result<()> {
    in_a_child(|| {
        let mut out = stdout();
        for bytes in [
            &b"\x1b]0;stolen title\x07title\n"[..],
            b"\x1b[?1049lleft the screen\n",
            b"\x1b[2J\x1b[Hcleared\n",
            b"\x1b[?25h\x1b[?1000lshown\n",
            b"\x1b]52;c;c3RvbGVu\x07clipboard\n",
            b"\x9b31mC1\n",
            b"invalid \xff\xfe\xc3 bytes\n",
            b"nul \x00\x00 bell \x07 back\x08\x08\x08 del\x7f\n",
            "bidi \u{202e}desrever\u{2066} end\n".as_bytes(),
            "marks Z\u{301}\u{301}\u{301} \u{200b}zero\n".as_bytes(),
            b"over\roverwritten\n",
            b"\x1bP+q544e\x1b\\dcs\n",
            b"\x1b[5i\x1b[6nprinter\n",
        ] {
            out.write_all(bytes).expect("it is read");
        }
        let mut long = vec![b'm'; 1_000_000];
        long.push(b'\n');
        out.write_all(&long).expect("it is read");
        out.write_all(b"\x1b]0;never ended\n").expect("it is read");
        out.write_all(b"all is said\n").expect("it is read");
        Ok(())
    })
}
