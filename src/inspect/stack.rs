//! The Python of a process: which version it is, its threads and their stacks.
//!
//! `_PyRuntime` is looked up in the interpreter's file, the rest are pointers from there. A stack is
//! read without stopping its thread; that of a thread that runs may be torn and is then shorter.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::rc::Rc;

use super::elf::{self, Symbol};
use super::heap::{Address, Heap, Inherited};
use super::layout::{Frames, Layout, THREAD_NEXT};
use super::lines::line_of;
use crate::proc::{ByAddress, Mapping, Memory, is_address};

const MOST_THREADS: usize = 4096;
const MOST_FRAMES: usize = 1000;
/// A stack without a beginning is looked at again, so often.
const LOOKS: usize = 8;
/// `FRAME_OWNED_BY_CSTACK`: an entry of the interpreter's own.
const OWNED_BY_C: u8 = 3;

/// A function that is on a thread's stack.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub code: Rc<Code>,
    pub line: i32,
    /// Values of its variables; 0 where one has none yet.
    pub locals: Vec<Address>,
    pub globals: Address,
}

#[derive(Debug)]
pub(crate) struct Code {
    pub name: String,
    pub file: String,
    /// Names of its variables, in the order of a frame's values.
    pub variables: Vec<String>,
    first_line: i32,
    table: Vec<u8>,
    instructions: u64,
}

/// A thread's stack, innermost function first.
#[derive(Debug)]
pub(crate) struct Stack {
    pub tid: i32,
    /// What `threading.get_ident` gives: the pthread.
    pub ident: u64,
    pub frames: Vec<Frame>,
}

/// A Python interpreter in a process.
#[derive(Debug)]
pub(crate) struct Python {
    pub heap: Heap,
    runtime: u64,
    codes: RefCell<ByAddress<Option<Rc<Code>>>>,
    inherited: Inherited<Rc<Code>>,
}

/// Whether a process is a Python that can be read.
#[derive(Debug)]
pub(crate) enum Found {
    Python(Box<Python>),
    /// A Python whose structures are not known, in words: `3.14`.
    Unknown(String),
    No,
}

/// What is known of interpreters' files, by device and inode; and what forked processes have in common,
/// by the address of their runtime.
#[derive(Debug, Default)]
pub(crate) struct Files {
    symbols: HashMap<(u64, u64), Option<Symbol>>,
    families: ByAddress<Family>,
}

#[derive(Debug, Default, Clone)]
struct Family {
    types: Inherited<Rc<[String]>>,
    codes: Inherited<Rc<Code>>,
}

impl Files {
    fn symbol(&mut self, pid: i32, mapping: &Mapping) -> Option<Symbol> {
        use std::os::unix::fs::MetadataExt as _;
        // The exact file, whatever has become of its path or of the root directory.
        let range = format!(
            "/proc/{pid}/map_files/{:x}-{:x}",
            mapping.start, mapping.end
        );
        let inside = format!("/proc/{pid}/root{}", mapping.path);
        let path = [range.as_str(), inside.as_str()]
            .into_iter()
            .find(|path| Path::new(path).metadata().is_ok_and(|meta| meta.is_file()))?;
        let file = File::open(path).ok()?;
        let meta = file.metadata().ok()?;
        let known = self.symbols.entry((meta.dev(), meta.ino()));
        *known.or_insert_with(|| elf::symbol(&file, "_PyRuntime"))
    }
}

/// `3.11` of a path that ends as an interpreter's does: python3.11, libpython3.11.so.1.0.
fn minor_of(path: &str) -> Option<u32> {
    let name = path.rsplit('/').next()?;
    let rest = name
        .strip_prefix("libpython3.")
        .or_else(|| name.strip_prefix("python3."))?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Looks for a Python in a process; `exe` is the path of its program.
pub(crate) fn find(pid: i32, exe: &str, mappings: &[Mapping], files: &mut Files) -> Found {
    let library = mappings
        .iter()
        .find(|mapping| mapping.path.contains("/libpython3.") && minor_of(&mapping.path).is_some());
    // Modules in C that it has loaded: they name the version, and tell a program that has Python inside.
    let folder = || {
        mappings.iter().find_map(|mapping| {
            let (_, rest) = mapping.path.split_once("/lib/python3.")?;
            let (minor, module) = rest.split_once('/')?;
            module
                .starts_with("lib-dynload/")
                .then(|| minor.parse().ok())?
        })
    };
    let program = || {
        let is_named = exe.rsplit('/').next()?.starts_with("python");
        let own = mappings.iter().find(|mapping| mapping.path == exe);
        own.filter(|_| is_named || folder().is_some())
    };
    let Some(first) = library.or_else(program) else {
        return Found::No;
    };
    let Some(minor) = minor_of(&first.path).or_else(folder) else {
        return Found::Unknown("?".to_owned());
    };
    let version = format!("3.{minor}");
    let base = mappings
        .iter()
        .find(|mapping| mapping.path == first.path && mapping.offset == 0);
    let mut found = || {
        let symbol = files.symbol(pid, base?)?;
        let mut layout = *Layout::of(minor)?;
        let runtime = symbol
            .value
            .wrapping_sub(symbol.loaded_at)
            .checked_add(base?.start)?;
        let memory = Memory::of(pid);
        if minor >= 13 {
            offsets(&memory, runtime, &mut layout)?;
        }
        let family = files.families.entry(runtime).or_default().clone();
        Some(Python {
            heap: Heap::new(memory, layout, family.types),
            runtime,
            codes: RefCell::default(),
            inherited: family.codes,
        })
    };
    found().map_or(Found::Unknown(version), |python| {
        Found::Python(Box::new(python))
    })
}

/// From 3.13 on the runtime says itself where some things are (`_Py_DebugOffsets`). `None` for a
/// free-threaded build.
fn offsets(memory: &Memory, runtime: u64, layout: &mut Layout) -> Option<()> {
    let words = memory.words(runtime, 12)?;
    if words[0] != u64::from_le_bytes(*b"xdebugpy") || words[2] != 0 {
        return None;
    }
    layout.interpreters_head = words[5];
    layout.interpreter_next = words[8];
    layout.interpreter_threads = words[9];
    layout.interpreter_modules = words[11];
    Some(())
}

impl Python {
    /// `3.11`.
    pub(crate) fn version(&self) -> String {
        format!("3.{}", self.heap.layout.minor)
    }

    /// The stacks of its threads; `tids` has the number of each thread by the one it has in its own PID
    /// namespace.
    pub(crate) fn stacks(&self, tids: &BTreeMap<i32, i32>) -> Vec<Stack> {
        let mut found = Vec::new();
        let memory = &self.heap.memory;
        let layout = &self.heap.layout;
        let mut interpreter = memory.pointer(self.runtime + layout.interpreters_head);
        for _ in 0..64 {
            let Some(this) = interpreter else { break };
            let mut thread = memory.pointer(this + layout.interpreter_threads);
            // Threads that begin and end meanwhile can make the list a circle.
            let mut seen = HashSet::new();
            while let Some(state) = thread
                && seen.len() < MOST_THREADS
                && seen.insert(state)
            {
                found.extend(self.stack(state, tids));
                thread = memory.pointer(state + THREAD_NEXT);
            }
            interpreter = memory.pointer(this + layout.interpreter_next);
        }
        found
    }

    fn stack(&self, state: u64, tids: &BTreeMap<i32, i32>) -> Option<Stack> {
        let ident = self
            .heap
            .memory
            .pointer(state + self.heap.layout.thread_id)?;
        let tid = self.tid_of(ident, tids)?;
        // The stack of a thread that runs may change under our eyes: a whole one has a beginning.
        let is_whole = |frames: &[Frame]| {
            let last = frames.last().map(|frame| frame.code.name.as_str());
            matches!(last, Some("<module>" | "_bootstrap"))
        };
        let mut frames = self.frames(state);
        for _ in 0..LOOKS {
            if is_whole(&frames) {
                break;
            }
            self.heap.memory.forget();
            let again = self.frames(state);
            if again.len() > frames.len() {
                frames = again;
            }
        }
        Some(Stack { tid, ident, frames })
    }

    /// The kernel's number of a pthread: `struct pthread` of the C library has it near its beginning.
    fn tid_of(&self, ident: u64, tids: &BTreeMap<i32, i32>) -> Option<i32> {
        /// glibc on x86-64.
        const USUAL: u64 = 720;
        let memory = &self.heap.memory;
        let at = |offset| {
            let inner = memory.int(ident + offset)?;
            tids.get(&inner).copied()
        };
        at(USUAL).or_else(|| (0..512).find_map(|word| at(4 * word)))
    }

    fn frames(&self, state: u64) -> Vec<Frame> {
        let memory = &self.heap.memory;
        let layout = &self.heap.layout;
        let mut at = memory.pointer(state + layout.thread_frame);
        if let (Some(cframe), Some(offset)) = (at, layout.cframe) {
            at = memory.pointer(cframe + offset);
        }
        let mut found = Vec::new();
        let mut count = 0;
        while let Some(frame) = at
            && count < MOST_FRAMES
        {
            count += 1;
            found.extend(self.frame(frame));
            at = memory.pointer(frame + layout.frame_back);
        }
        found
    }

    fn frame(&self, frame: u64) -> Option<Frame> {
        let memory = &self.heap.memory;
        let layout = &self.heap.layout;
        if let Frames::Interpreter { owner, .. } = layout.frames
            && memory.byte(frame + owner)? == OWNED_BY_C
        {
            return None;
        }
        let code = self.code(memory.pointer(frame + layout.frame_code)?)?;
        let at = match layout.frames {
            Frames::Objects { lasti, unit } => memory.int(frame + lasti)?.checked_mul(unit)?,
            Frames::Interpreter { instr, .. } => {
                let distance = memory
                    .word(frame + instr)?
                    .cast_signed()
                    .checked_sub(code.instructions.cast_signed())?;
                i32::try_from(distance).ok()?
            }
        };
        let line = line_of(layout.lines, &code.table, code.first_line, at.max(0));
        let locals = memory.words(frame + layout.frame_locals, code.variables.len());
        Some(Frame {
            line,
            locals: locals.unwrap_or_default(),
            globals: memory.word(frame + layout.frame_globals)?,
            code,
        })
    }

    fn code(&self, address: Address) -> Option<Rc<Code>> {
        if let Some(known) = self.codes.borrow().get(&address) {
            return known.clone();
        }
        let layout = &self.heap.layout;
        let word = |offset| self.heap.memory.word(address + offset).unwrap_or(0);
        let words = [word(layout.code_name), word(layout.code_lines)];
        let known = self.inherited.borrow().get(&address).cloned();
        let known = known.filter(|(known, _)| *known == words);
        let code = known.map(|(_, code)| code);
        let code = code.or_else(|| self.read_code(address).map(Rc::new));
        if let Some(code) = &code {
            let entry = (words, Rc::clone(code));
            self.inherited.borrow_mut().insert(address, entry);
        }
        self.codes.borrow_mut().insert(address, code.clone());
        code
    }

    fn read_code(&self, address: Address) -> Option<Code> {
        let (heap, layout) = (&self.heap, &self.heap.layout);
        let memory = &heap.memory;
        if heap.type_name(address) != "code" {
            return None;
        }
        let field = |offset| memory.pointer(address + offset);
        let mut names = heap.items(field(layout.code_names)?);
        if let Some((cells, free)) = layout.code_cells {
            names.extend(heap.items(field(cells)?));
            names.extend(heap.items(field(free)?));
        }
        let instructions = match layout.frames {
            Frames::Interpreter { code, .. } => address.wrapping_add(code),
            Frames::Objects { .. } => 0,
        };
        Some(Code {
            name: heap.text(field(layout.code_name)?)?,
            file: heap.text(field(layout.code_filename)?)?,
            variables: names
                .into_iter()
                .map(|name| heap.text(name).unwrap_or_default())
                .collect(),
            first_line: memory.int(address + layout.code_firstlineno)?,
            table: heap.bytes(field(layout.code_lines)?)?,
            instructions,
        })
    }

    /// A module that has been imported: its dictionary.
    pub(crate) fn module(&self, name: &str) -> Option<Address> {
        let memory = &self.heap.memory;
        let layout = &self.heap.layout;
        let interpreter = memory.pointer(self.runtime + layout.interpreters_head)?;
        let modules = memory.pointer(interpreter + layout.interpreter_modules)?;
        let module = self.heap.item(modules, name)?;
        // PyModuleObject.md_dict.
        memory.pointer(module + 16)
    }
}

impl Frame {
    /// What a variable of the function holds.
    pub(crate) fn local(&self, heap: &Heap, name: &str) -> Option<Address> {
        let place = self.code.variables.iter().position(|known| known == name)?;
        let value = *self.locals.get(place).filter(|value| is_address(**value))?;
        heap.in_cell(value)
    }
}

#[cfg(test)]
mod tests {
    use super::minor_of;

    #[test]
    fn a_version_is_read_from_a_path() {
        assert_eq!(minor_of("/usr/lib/libpython3.11.so.1.0"), Some(11));
        assert_eq!(minor_of("/usr/bin/python3.8"), Some(8));
        assert_eq!(minor_of("/usr/bin/python3"), None);
    }
}
