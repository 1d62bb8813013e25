//! `/proc/PID/maps`: what lies where in a process (`proc_pid_maps(5)`).

/// One mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub start: u64,
    pub end: u64,
    pub offset: u64,
    pub inode: u64,
    pub readable: bool,
    pub writable: bool,
    pub shared: bool,
    pub path: String,
}

impl Mapping {
    pub(crate) fn contains(&self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }

    /// A POSIX semaphore, unlinked or not.
    pub(crate) fn is_semaphore(&self) -> bool {
        self.path.starts_with("/dev/shm/sem.")
    }

    /// Memory of the process alone, without a file.
    pub(crate) fn is_heap(&self) -> bool {
        let named = self.path.starts_with('[') && self.path != "[heap]";
        self.readable && self.writable && !self.shared && self.inode == 0 && !named
    }

    fn parse(line: &str) -> Option<Mapping> {
        let mut words = line.splitn(6, ' ');
        let (start, end) = words.next()?.split_once('-')?;
        let rights = words.next()?.as_bytes();
        let offset = words.next()?;
        let _device = words.next()?;
        let inode = words.next()?;
        let path = words.next().unwrap_or_default().trim_start();
        Some(Mapping {
            start: u64::from_str_radix(start, 16).ok()?,
            end: u64::from_str_radix(end, 16).ok()?,
            offset: u64::from_str_radix(offset, 16).ok()?,
            inode: inode.parse().ok()?,
            readable: rights.first() == Some(&b'r'),
            writable: rights.get(1) == Some(&b'w'),
            shared: rights.get(3) == Some(&b's'),
            path: path.to_owned(),
        })
    }
}

/// The mappings of a process, by address; none where they may not be seen.
pub(crate) fn mappings(pid: i32) -> Vec<Mapping> {
    let text = std::fs::read(format!("/proc/{pid}/maps")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().filter_map(Mapping::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::Mapping;

    #[test]
    fn a_line_is_read_with_spaces_in_its_path() {
        let line =
            "7f0a-7f1b rw-s 00001000 00:1b 12345                      /dev/shm/sem.mp x (deleted)";
        let mapping = Mapping::parse(line).expect("a mapping");
        assert!(mapping.is_semaphore() && mapping.shared && mapping.contains(0x7f0a));
        assert_eq!((mapping.inode, mapping.offset), (12345, 0x1000));
        let heap = Mapping::parse("1000-2000 rw-p 00000000 00:00 0 ").expect("a mapping");
        assert!(heap.is_heap() && !heap.contains(0x2000));
    }
}
