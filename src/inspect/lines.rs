//! Which line an instruction stands on: the three tables that CPython has had for it.
//!
//! `co_lnotab` to 3.9, `co_linetable` of 3.10, the locations of 3.11 (Objects/lnotab_notes.txt,
//! Objects/locations.md).

use super::layout::Lines;

/// The line of the instruction at `at` bytes into the code.
pub(super) fn line_of(kind: Lines, table: &[u8], first: i32, at: i32) -> i32 {
    match kind {
        Lines::Lnotab => lnotab(table, first, at),
        Lines::Linetable => linetable(table, first, at),
        Lines::Locations => locations(table, first, at),
    }
}

fn signed(byte: u8) -> i32 {
    i32::from(byte.cast_signed())
}

fn lnotab(table: &[u8], first: i32, at: i32) -> i32 {
    let (mut line, mut address) = (first, 0);
    for pair in table.chunks_exact(2) {
        address += i32::from(pair[0]);
        if address > at {
            break;
        }
        line += signed(pair[1]);
    }
    line
}

fn linetable(table: &[u8], first: i32, at: i32) -> i32 {
    let (mut line, mut end, mut found) = (first, 0, first);
    for pair in table.chunks_exact(2) {
        end += i32::from(pair[0]);
        if pair[1] != 0x80 {
            line += signed(pair[1]);
            found = line;
        }
        if end > at {
            break;
        }
    }
    found
}

/// A number of six bits a byte, the lowest first.
fn varint(bytes: &mut impl Iterator<Item = u8>) -> i32 {
    let (mut value, mut shift) = (0, 0);
    for byte in bytes {
        if shift < 30 {
            value |= i32::from(byte & 63) << shift;
        }
        shift += 6;
        if byte & 64 == 0 {
            break;
        }
    }
    value
}

fn locations(table: &[u8], first: i32, at: i32) -> i32 {
    let (mut line, mut end, mut found) = (first, 0, first);
    // Each entry begins with a byte that has its highest bit set; the others have not.
    let mut rest = table;
    while let Some((head, tail)) = rest.split_first() {
        let size = tail.iter().take_while(|byte| **byte < 128).count();
        let mut more = tail[..size].iter().copied();
        let code = head >> 3 & 15;
        let delta = match code {
            13 | 14 => {
                let value = varint(&mut more);
                if value & 1 == 1 {
                    -(value >> 1)
                } else {
                    value >> 1
                }
            }
            10..=12 => i32::from(code) - 10,
            _ => 0,
        };
        line += delta;
        if code != 15 {
            found = line;
        }
        end += 2 * (i32::from(head & 7) + 1);
        if end > at {
            break;
        }
        rest = &tail[size..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::line_of;
    use crate::inspect::layout::Lines;

    #[test]
    fn each_table_gives_the_line() {
        // Two instructions on line 10, two on 12, one on 11.
        let lnotab = [4, 2, 4, 0xff];
        let linetable = [4, 0, 4, 2, 2, 0xff];
        let locations = [0xe9, 0, 0, 0xe9, 4, 0, 0xe8, 3, 0];
        for (kind, table) in [
            (Lines::Lnotab, &lnotab[..]),
            (Lines::Linetable, &linetable),
            (Lines::Locations, &locations),
        ] {
            let lines = [0, 2, 4, 6, 8].map(|at| line_of(kind, table, 10, at));
            assert_eq!(lines, [10, 10, 12, 12, 11], "{kind:?}");
        }
    }
}
