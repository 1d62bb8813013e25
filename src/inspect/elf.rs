//! Where an ELF file keeps a symbol: enough of elf(5) to find `_PyRuntime`.
//!
//! The file is another process's and may be anything: nothing in it is believed.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

const SHT_SYMTAB: u32 = 2;
const SHT_DYNSYM: u32 = 11;
const PT_LOAD: u32 = 1;
/// A symbol table with its strings is read up to this size.
const LARGEST: u64 = 64 << 20;

/// The address of a symbol in the file's own numbering, and where the file's first byte is loaded there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol {
    pub value: u64,
    pub loaded_at: u64,
}

struct Section {
    kind: u32,
    offset: u64,
    size: u64,
    link: usize,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn part(file: &File, offset: u64, size: u64) -> Option<Vec<u8>> {
    if size > LARGEST {
        return None;
    }
    let mut bytes = vec![0; usize::try_from(size).ok()?];
    file.read_exact_at(&mut bytes, offset).ok()?;
    Some(bytes)
}

/// Looks a symbol up in a 64 bit little-endian file; `None` where it is not there.
pub(crate) fn symbol(file: &File, name: &str) -> Option<Symbol> {
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let head = part(file, 0, 64)?;
    // The magic number, 64 bit, little endian.
    if head.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let loaded_at = first_load(file, &head)?;
    let sections = sections(file, &head)?;
    for kind in [SHT_DYNSYM, SHT_SYMTAB] {
        for table in sections.iter().filter(|section| section.kind == kind) {
            let strings = sections.get(table.link)?;
            let strings = part(file, strings.offset, strings.size)?;
            let symbols = part(file, table.offset, table.size)?;
            let value = symbols
                .chunks_exact(24)
                .find_map(|entry| named(entry, &strings, name));
            if let Some(value) = value {
                return Some(Symbol { value, loaded_at });
            }
        }
    }
    None
}

fn named(entry: &[u8], strings: &[u8], name: &str) -> Option<u64> {
    let start = usize::try_from(u32_at(entry, 0)?).ok()?;
    let rest = strings.get(start..)?.strip_prefix(name.as_bytes())?;
    let value = u64_at(entry, 8)?;
    (rest.first() == Some(&0) && value != 0).then_some(value)
}

fn sections(file: &File, head: &[u8]) -> Option<Vec<Section>> {
    let size = u64::from(u16_at(head, 58)?);
    let count = u64::from(u16_at(head, 60)?);
    if size < 64 {
        return None;
    }
    let table = part(file, u64_at(head, 40)?, size * count)?;
    let sections = table.chunks_exact(usize::try_from(size).ok()?);
    sections
        .map(|entry| {
            Some(Section {
                kind: u32_at(entry, 4)?,
                offset: u64_at(entry, 24)?,
                size: u64_at(entry, 32)?,
                link: usize::try_from(u32_at(entry, 40)?).ok()?,
            })
        })
        .collect()
}

/// The address that the first byte of the file has.
fn first_load(file: &File, head: &[u8]) -> Option<u64> {
    let size = u64::from(u16_at(head, 54)?);
    let count = u64::from(u16_at(head, 56)?);
    if size < 56 {
        return None;
    }
    let table = part(file, u64_at(head, 32)?, size * count)?;
    let mut entries = table.chunks_exact(usize::try_from(size).ok()?);
    let first = entries.find(|entry| u32_at(entry, 0) == Some(PT_LOAD))?;
    u64_at(first, 16)?.checked_sub(u64_at(first, 8)?)
}

#[cfg(test)]
mod tests {
    use super::symbol;

    #[test]
    fn a_symbol_is_found_and_a_file_that_is_none_refused() {
        let own = std::fs::File::open("/proc/self/exe").expect("our own program");
        assert!(symbol(&own, "main").is_some());
        assert_eq!(symbol(&own, "no_such_symbol"), None);
        let text = std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        assert_eq!(symbol(&text.expect("a file"), "main"), None);
    }
}
