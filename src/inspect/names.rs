//! What the program calls its objects: found by looking through the variables of its own functions.
//!
//! Variables of the stack and of the modules they belong to are followed through containers and
//! attributes, to a bounded depth and number. A semaphore or a pipe inside an object of
//! `multiprocessing` is known by the object's name and by its part there (`_rlock`).

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasherDefault;

use super::heap::{Address, Heap};
use super::place::own_frames;
use super::process::Process;
use crate::proc::{AddressHasher, is_address};

/// Objects of one process that are looked at, and values that are not looked into.
const MOST: usize = 4000;
const MOST_PLAIN: usize = 20_000;
const DEEPEST: usize = 5;
/// Entries of one container.
const ENTRIES: usize = 64;

/// An object, or a part of one, by the program's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// As the program writes it: `tasks`, `self.lock`, `procs[1]`.
    pub text: String,
    /// The class of that object.
    pub class: String,
    /// Attributes from there, where it is a part: `_rlock`.
    pub part: String,
    pub object: Address,
}

/// A child that a program started by `multiprocessing` or `subprocess`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    pub name: String,
    pub pid: i32,
    /// `Process.exitcode`, `Popen.returncode`.
    pub exit: Option<i64>,
}

/// What one process knows by name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// By the address where the semaphore is mapped.
    pub semaphores: BTreeMap<u64, Name>,
    /// `SemLock` objects, by the address of their semaphore.
    pub semlocks: BTreeMap<u64, Address>,
    /// By descriptor.
    pub fds: BTreeMap<i32, Name>,
    /// By the address of the object.
    pub objects: BTreeMap<Address, Name>,
    pub children: Vec<Child>,
}

struct Look<'a> {
    /// The PID of the process in its own PID namespace.
    pid: i32,
    heap: &'a Heap,
    names: Names,
    seen: HashSet<Address, BuildHasherDefault<AddressHasher>>,
    plain: Cell<usize>,
}

/// A value that is still to be looked at.
struct Open {
    value: Address,
    name: Name,
    depth: usize,
}

impl Names {
    pub(crate) fn of(process: &Process) -> Names {
        let Some(python) = &process.python else {
            return Names::default();
        };
        let heap = &python.heap;
        let mut look = Look {
            pid: process.inner,
            heap,
            names: Names::default(),
            seen: HashSet::default(),
            plain: Cell::new(0),
        };
        let (mut open, mut locals) = (Vec::new(), Vec::new());
        let mut globals: HashSet<Address> = python.module("__main__").into_iter().collect();
        let stacks = process
            .threads
            .iter()
            .filter_map(|thread| thread.stack.as_ref());
        for frame in stacks.flat_map(own_frames) {
            for (name, value) in frame.code.variables.iter().zip(&frame.locals) {
                let value = is_address(*value).then(|| heap.in_cell(*value)).flatten();
                locals.extend(value.and_then(|value| entry(value, name)));
            }
            globals.insert(frame.globals);
        }
        for dict in globals {
            let named = heap.entries(dict).into_iter().filter_map(|(key, value)| {
                if look.is_plain(value) {
                    return None;
                }
                let name = heap.text(key)?;
                (!name.starts_with("__")).then_some(())?;
                entry(value, &name)
            });
            open.extend(named);
        }
        // A name of the module says more than that of an argument.
        open.append(&mut locals);
        look.through(open);
        let started = python
            .module("multiprocessing.process")
            .and_then(|module| heap.item(module, "_children"));
        for child in started.map(|set| heap.members(set)).unwrap_or_default() {
            look.child(child, "");
        }
        look.names
    }

    /// The name of an object by its address.
    pub(crate) fn object(&self, address: Address) -> Option<&Name> {
        self.objects.get(&address)
    }
}

fn entry(value: Address, name: &str) -> Option<Open> {
    is_address(value).then(|| Open {
        value,
        name: Name {
            text: name.to_owned(),
            class: String::new(),
            part: String::new(),
            object: value,
        },
        depth: 0,
    })
}

/// Values that hold nothing of interest.
const PLAIN: [&str; 12] = [
    "int",
    "str",
    "bytes",
    "float",
    "bool",
    "NoneType",
    "function",
    "module",
    "type",
    "method",
    "builtin_function_or_method",
    "code",
];

impl Look<'_> {
    /// Breadth first: the shortest name wins.
    fn through(&mut self, mut open: Vec<Open>) {
        while !open.is_empty() && self.seen.len() < MOST {
            let mut next = Vec::new();
            for each in open {
                if self.seen.len() < MOST && self.seen.insert(each.value) {
                    self.one(each, &mut next);
                }
            }
            open = next;
        }
    }

    fn one(&mut self, open: Open, next: &mut Vec<Open>) {
        let heap = self.heap;
        if self.is_plain(open.value) {
            return;
        }
        let class = heap.type_name(open.value);
        let Open {
            value,
            mut name,
            depth,
        } = open;
        if name.part.is_empty() && name.object == value {
            name.class.clone_from(&class);
        }
        match class.as_str() {
            "_multiprocessing.SemLock" => {
                if let Some(handle) = heap.memory.pointer(value + 16) {
                    self.names.semaphores.entry(handle).or_insert(name);
                    self.names.semlocks.entry(handle).or_insert(value);
                }
                return;
            }
            "Connection" => {
                let handle = heap.attr(value, "_handle").and_then(|fd| heap.int(fd));
                if let Some(fd) = handle.and_then(|fd| i32::try_from(fd).ok()) {
                    self.names.fds.entry(fd).or_insert_with(|| name.clone());
                }
            }
            _ => {}
        }
        self.names
            .objects
            .entry(value)
            .or_insert_with(|| name.clone());
        let is_process = heap.is_a(value, "BaseProcess");
        if is_process || class == "Popen" {
            self.child(value, &class);
            // A class of the program's own has attributes of its own.
            if !is_process || heap.is_from(value, is_library_module) {
                return;
            }
        }
        if depth >= DEEPEST {
            return;
        }
        self.inside(value, &name, &class, depth, next);
    }

    /// Whether a value holds nothing of interest; any does when too many were asked about.
    fn is_plain(&self, value: Address) -> bool {
        self.plain.set(self.plain.get() + 1);
        self.plain.get() > MOST_PLAIN || self.heap.is_one_of(value, &PLAIN)
    }

    fn inside(&self, value: Address, name: &Name, class: &str, depth: usize, next: &mut Vec<Open>) {
        let heap = self.heap;
        let deeper = |value: Address, text: String| Open {
            value,
            name: Name {
                text,
                class: String::new(),
                part: String::new(),
                object: value,
            },
            depth: depth + 1,
        };
        match class {
            "list" | "tuple" => {
                let items = heap.items(value).into_iter().take(ENTRIES).enumerate();
                let items = items.filter(|(_, item)| !self.is_plain(*item));
                next.extend(items.map(|(at, item)| deeper(item, format!("{}[{at}]", name.text))));
            }
            "dict" => {
                for (key, item) in heap.entries(value).into_iter().take(ENTRIES) {
                    if self.is_plain(item) {
                        continue;
                    }
                    let key = heap
                        .text(key)
                        .map(|text| format!("'{text}'"))
                        .or_else(|| heap.int(key).map(|number| number.to_string()));
                    let key = key.unwrap_or_else(|| "…".to_owned());
                    next.push(deeper(item, format!("{}[{key}]", name.text)));
                }
            }
            "set" => {
                let items = heap.members(value).into_iter().take(ENTRIES);
                let items = items.filter(|item| !self.is_plain(*item));
                next.extend(items.map(|item| deeper(item, format!("{}{{…}}", name.text))));
            }
            _ => {
                let of_library = !name.part.is_empty() || heap.is_from(value, is_library_module);
                for (key, item) in heap.attributes(value).into_iter().take(ENTRIES) {
                    if self.is_plain(item) {
                        continue;
                    }
                    let Some(key) = heap.text(key) else { continue };
                    if of_library {
                        let dot = if name.part.is_empty() { "" } else { "." };
                        next.push(Open {
                            value: item,
                            name: Name {
                                part: format!("{}{dot}{key}", name.part),
                                ..name.clone()
                            },
                            depth: depth + 1,
                        });
                    } else {
                        next.push(deeper(item, format!("{}.{key}", name.text)));
                    }
                }
            }
        }
    }

    fn child(&mut self, value: Address, class: &str) {
        let heap = self.heap;
        let int = |name| heap.attr(value, name).and_then(|value| heap.int(value));
        // A forked child still has its parent's objects.
        if int("_parent_pid").is_some_and(|parent| parent != i64::from(self.pid)) {
            return;
        }
        let popen = if class == "Popen" {
            Some(value)
        } else {
            heap.attr(value, "_popen")
                .filter(|popen| !heap.is_none(*popen))
        };
        let Some(popen) = popen else { return };
        let int = |name| heap.attr(popen, name).and_then(|value| heap.int(value));
        let Some(pid) = int("pid").and_then(|pid| i32::try_from(pid).ok()) else {
            return;
        };
        let name = heap.attr(value, "_name").and_then(|name| heap.text(name));
        let child = Child {
            name: name.unwrap_or_else(|| "subprocess".to_owned()),
            pid,
            exit: int("returncode"),
        };
        if !self.names.children.contains(&child) {
            self.names.children.push(child);
        }
    }
}

/// Modules whose objects are named by their owner in the program.
fn is_library_module(module: &str) -> bool {
    let first = module.split('.').next().unwrap_or_default();
    matches!(
        first,
        "multiprocessing" | "concurrent" | "threading" | "subprocess" | "queue" | "logging"
    )
}

#[cfg(test)]
mod tests {
    use super::is_library_module;

    #[test]
    fn parts_of_the_library_s_objects_are_no_names_of_the_program() {
        assert!(is_library_module("multiprocessing.queues"));
        assert!(!is_library_module("__main__"));
    }
}
