//! The name of a controlling terminal from its device number, found as procps finds it.
//!
//! `Host` calls it and caches the answer. The kernel gives only a number. The table of drivers has
//! the path of a family of devices, and a name counts only if the device of that name has the
//! number.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::libc;

/// The terminal drivers of this machine, `/proc/tty/drivers`.
#[derive(Debug, Default)]
pub(super) struct Drivers(Vec<Driver>);

#[derive(Debug, PartialEq, Eq)]
struct Driver {
    /// `/dev/pts`: the device's path without its number.
    path: String,
    major: u32,
    first: u32,
    last: u32,
}

impl Drivers {
    /// The table; empty where there is none.
    pub(super) fn read() -> Drivers {
        Drivers::parse(&fs::read_to_string("/proc/tty/drivers").unwrap_or_default())
    }

    fn parse(table: &str) -> Drivers {
        Drivers(table.lines().filter_map(driver).collect())
    }

    /// The terminal's name without `/dev/` (`pts/0`). `None` when no device with the number is found;
    /// `ps` shows `?` then. `pid` is a process that has the terminal.
    pub(super) fn name(&self, terminal: i32, pid: i32) -> Option<String> {
        let device = Device::from_number(terminal);
        self.by_driver(device)
            .or_else(|| by_link(device, pid, "fd/2"))
            .or_else(|| by_custom(device))
            .or_else(|| by_link(device, pid, "fd/255"))
            .map(|path| path.strip_prefix("/dev/").unwrap_or(&path).to_owned())
    }

    /// `/dev/tty7`, `/dev/pts/7` or `/dev/console`, in the order in which procps tries them. Where two
    /// drivers have the number, the later line counts.
    fn by_driver(&self, device: Device) -> Option<String> {
        let driver = self.0.iter().rev().find(|driver| {
            driver.major == device.major && (driver.first..=driver.last).contains(&device.minor)
        })?;
        let path = &driver.path;
        [
            format!("{path}{}", device.minor),
            format!("{path}/{}", device.minor),
            path.clone(),
        ]
        .into_iter()
        .find(|path| device.is_at(path))
    }
}

/// One line: name, `/dev/path`, major, minor or `first-last`, kind.
fn driver(line: &str) -> Option<Driver> {
    let mut words = line
        .split_whitespace()
        .skip_while(|word| !word.starts_with("/dev/"));
    let path = words.next()?;
    let major = words.next()?.parse().ok()?;
    let minors = words.next()?;
    let (first, last) = minors.split_once('-').unwrap_or((minors, minors));
    Some(Driver {
        path: path.strip_suffix("%d").unwrap_or(path).to_owned(),
        major,
        first: first.parse().ok()?,
        last: last.parse().ok()?,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Device {
    major: u32,
    minor: u32,
}

impl Device {
    /// From the kernel's packed number: minor 7–0 and 31–20, major 19–8. See `proc_pid_stat(5)`.
    fn from_number(packed: i32) -> Device {
        let packed = packed.cast_unsigned();
        Device {
            major: (packed >> 8) & 0xfff,
            minor: (packed & 0xff) | ((packed & 0xfff0_0000) >> 12),
        }
    }

    fn is_at(self, path: &str) -> bool {
        fs::metadata(Path::new(path)).is_ok_and(|metadata| {
            let number = metadata.rdev();
            libc::major(number) == self.major && libc::minor(number) == self.minor
        })
    }
}

/// The target of one of the process's descriptors. It is often the terminal.
fn by_link(device: Device, pid: i32, descriptor: &str) -> Option<String> {
    let target = fs::read_link(format!("/proc/{pid}/{descriptor}")).ok()?;
    let target = target.into_os_string().into_string().ok()?;
    device.is_at(&target).then_some(target)
}

/// Numbers from the kernel's devices.txt, where the driver's line does not name the device: serial
/// lines start at 64.
fn by_custom(device: Device) -> Option<String> {
    let path = match (device.major, device.minor) {
        (4, minor @ 0..64) => format!("/dev/tty{minor}"),
        (4, minor) => format!("/dev/ttyS{}", minor - 64),
        (major @ 136..=143, minor) => format!("/dev/pts/{}", minor + (major - 136) * 256),
        (166, minor) => format!("/dev/ttyACM{minor}"),
        (188, minor) => format!("/dev/ttyUSB{minor}"),
        _ => return None,
    };
    device.is_at(&path).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::{Device, Driver, Drivers, driver};

    #[test]
    fn numbers_are_unpacked_as_the_kernel_packs_them() {
        assert_eq!(
            Device::from_number(0x8801),
            Device {
                major: 136,
                minor: 1
            }
        );
        assert_eq!(
            Device::from_number(0x0010_8802),
            Device {
                major: 136,
                minor: 0x102
            }
        );
    }

    #[test]
    fn lines_of_the_drivers_table() {
        let line = "pty_slave            /dev/pts      136 0-1048575 pty:slave";
        let wanted = Driver {
            path: "/dev/pts".to_owned(),
            major: 136,
            first: 0,
            last: 1_048_575,
        };
        assert_eq!(driver(line), Some(wanted));
        let line = "serial               /dev/ttyS       4      64 serial";
        let wanted = Driver {
            path: "/dev/ttyS".to_owned(),
            major: 4,
            first: 64,
            last: 64,
        };
        assert_eq!(driver(line), Some(wanted));
        assert_eq!(driver("no device here"), None);
    }

    #[test]
    fn a_name_counts_only_with_the_devices_number() {
        // /dev/null is 1:3 on every Linux. The first table is right about it, the second is not.
        let table = Drivers::parse("a /dev/null 1 3 x\nb /dev/null 1 5 x\n");
        assert_eq!(table.name(0x0103, 0), Some("null".to_owned()));
        assert_eq!(table.name(0x0105, 0), None);
    }
}
