//! Python objects in the memory of another process: types, attributes, strings, numbers, containers.
//!
//! Everything is read as it lies there; no code of the process runs. What does not look as it should
//! is `None`. Sizes are bounded.

use std::cell::RefCell;
use std::rc::Rc;

use super::layout::{
    Attributes, BYTES, CELL, DICT_KEYS, DICT_VALUES, ITEMS, Layout, OB_SIZE, OB_TYPE, STR_STATE,
    TYPE_BASICSIZE, TYPE_DICT, TYPE_DICTOFFSET, TYPE_FLAGS, TYPE_MRO, TYPE_NAME,
};
use crate::proc::{ByAddress, Memory, is_address};

/// The address of an object.
pub(crate) type Address = u64;

/// Items of a container that are read at most.
const MOST_ITEMS: usize = 4096;
const LONGEST_TEXT: usize = 4096;

const MANAGED_DICT: u64 = 1 << 4;
const INLINE_VALUES: u64 = 1 << 2;

/// Keys and values of a dictionary, by their addresses.
type Entries = Rc<[(Address, Address)]>;

/// What was read at an address in one process, and the words that stood there: a forked child has the
/// same at the same place, and where the words are the same it is not read again.
pub(crate) type Inherited<T> = Rc<RefCell<ByAddress<([u64; 2], T)>>>;

/// The objects of one process.
#[derive(Debug)]
pub(crate) struct Heap {
    pub memory: Memory,
    pub layout: Layout,
    /// Names of types and of their bases, by address.
    types: RefCell<ByAddress<Rc<[String]>>>,
    inherited: Inherited<Rc<[String]>>,
    /// The keys that the objects of a type share, by address.
    shared: RefCell<ByAddress<Option<Entries>>>,
}

impl Heap {
    pub(crate) fn new(memory: Memory, layout: Layout, inherited: Inherited<Rc<[String]>>) -> Heap {
        Heap {
            memory,
            layout,
            types: RefCell::default(),
            inherited,
            shared: RefCell::default(),
        }
    }

    /// The name of an object's type; empty where it is none.
    pub(crate) fn type_name(&self, object: Address) -> String {
        let names = self.type_names(object);
        names.first().cloned().unwrap_or_default()
    }

    /// Whether its type has this name, with the module in front where it is C.
    pub(crate) fn is_exactly(&self, object: Address, name: &str) -> bool {
        self.type_names(object)
            .first()
            .is_some_and(|own| own == name)
    }

    /// Whether its type has one of these names; nothing is no object.
    pub(crate) fn is_one_of(&self, object: Address, names: &[&str]) -> bool {
        let known = self.type_names(object);
        known
            .first()
            .is_none_or(|own| own.is_empty() || names.contains(&own.as_str()))
    }

    /// Whether its type or a base of it has this name.
    pub(crate) fn is_a(&self, object: Address, name: &str) -> bool {
        self.type_names(object).iter().any(|known| known == name)
    }

    fn type_names(&self, object: Address) -> Rc<[String]> {
        let Some(class) = self.memory.pointer(object + OB_TYPE) else {
            return Rc::from([]);
        };
        if let Some(known) = self.types.borrow().get(&class) {
            return Rc::clone(known);
        }
        let word = |offset| self.memory.word(class + offset).unwrap_or(0);
        let words = [word(TYPE_NAME), word(TYPE_MRO)];
        let known = self.inherited.borrow().get(&class).cloned();
        if let Some((_, names)) = known.filter(|(known, _)| *known == words) {
            self.types.borrow_mut().insert(class, Rc::clone(&names));
            return names;
        }
        let name = |class: Address| {
            let name = self.memory.pointer(class + TYPE_NAME)?;
            self.memory.c_string(name)
        };
        let mro = self.memory.pointer(class + TYPE_MRO);
        let bases = mro.map(|mro| self.items(mro)).unwrap_or_default();
        let bases = bases.into_iter().filter(|base| *base != class).take(32);
        let names: Rc<[String]> = name(class)
            .into_iter()
            .chain(bases.filter_map(name))
            .collect();
        self.types.borrow_mut().insert(class, Rc::clone(&names));
        let entry = (words, Rc::clone(&names));
        self.inherited.borrow_mut().insert(class, entry);
        names
    }

    /// Whether it is a `str` with this text, which is ASCII.
    fn says(&self, object: Address, text: &str) -> bool {
        self.memory.word(object + OB_SIZE) == Some(text.len() as u64)
            && self
                .memory
                .byte(object + STR_STATE)
                .is_some_and(|state| state >> 5 & 3 == 3)
            && self
                .memory
                .holds(object + self.layout.ascii, text.as_bytes())
            && self.is_exactly(object, "str")
    }

    pub(crate) fn is_none(&self, object: Address) -> bool {
        self.is_exactly(object, "NoneType")
    }

    /// The text of a `str`.
    pub(crate) fn text(&self, object: Address) -> Option<String> {
        if !self.is_exactly(object, "str") {
            return None;
        }
        let length = usize::try_from(self.memory.word(object + 16)?).ok()?;
        let length = length.min(LONGEST_TEXT);
        let state = self.memory.byte(object + STR_STATE)?;
        let (kind, compact, ascii) = (state >> 2 & 7, state >> 5 & 1 == 1, state >> 6 & 1 == 1);
        if !compact {
            return None;
        }
        if ascii {
            let bytes = self.memory.bytes(object + self.layout.ascii, length)?;
            return String::from_utf8(bytes).ok();
        }
        let width = usize::from(kind);
        let bytes = self
            .memory
            .bytes(object + self.layout.text, length.checked_mul(width)?)?;
        let chars = bytes.chunks_exact(width.max(1)).map(|unit| {
            let mut whole = [0; 4];
            whole[..unit.len()].copy_from_slice(unit);
            char::from_u32(u32::from_le_bytes(whole)).unwrap_or('\u{fffd}')
        });
        Some(chars.collect())
    }

    pub(crate) fn bytes(&self, object: Address) -> Option<Vec<u8>> {
        if !self.is_exactly(object, "bytes") {
            return None;
        }
        let length = usize::try_from(self.memory.word(object + OB_SIZE)?).ok()?;
        self.memory.bytes(object + BYTES, length)
    }

    /// An `int` or `bool` of at most two digits (60 bits).
    pub(crate) fn int(&self, object: Address) -> Option<i64> {
        if !self.is_a(object, "int") {
            return None;
        }
        let size = self.memory.word(object + OB_SIZE)?;
        let (digits, negative) = if self.layout.minor >= 12 {
            (size >> 3, size & 3 == 2)
        } else {
            let size = size.cast_signed();
            (size.unsigned_abs(), size < 0)
        };
        let digit = |at: u64| {
            let digit = self.memory.int(object + ITEMS + 4 * at)?;
            Some(i64::from(digit))
        };
        let value = match digits {
            0 => 0,
            1 => digit(0)?,
            2 => digit(0)? | digit(1)? << 30,
            _ => return None,
        };
        Some(if negative { -value } else { value })
    }

    /// The number of items of a `list`, `tuple` or `deque`.
    pub(crate) fn length(&self, object: Address) -> Option<usize> {
        usize::try_from(self.memory.word(object + OB_SIZE)?).ok()
    }

    /// The items of a `list` or a `tuple`.
    pub(crate) fn items(&self, object: Address) -> Vec<Address> {
        let found = || {
            let class = self.memory.pointer(object + OB_TYPE)?;
            let name = self.memory.pointer(class + TYPE_NAME)?;
            let length = self.length(object)?.min(MOST_ITEMS);
            let start = if self.memory.holds(name, b"tuple\0") {
                object + ITEMS
            } else if self.memory.holds(name, b"list\0") {
                self.memory.pointer(object + ITEMS)?
            } else {
                return None;
            };
            self.memory.pointers(start, length)
        };
        found().unwrap_or_default()
    }

    /// The values of a `set`, in no order.
    pub(crate) fn members(&self, set: Address) -> Vec<Address> {
        let found = || {
            if !self.is_a(set, "set") {
                return None;
            }
            let mask = usize::try_from(self.memory.word(set + 32)?).ok()?;
            let table = self.memory.pointer(set + 40)?;
            let entries = self.memory.words(table, 2 * (mask.min(MOST_ITEMS) + 1))?;
            let used = entries.chunks_exact(2).filter(|entry| entry[1] != u64::MAX);
            Some(
                used.map(|entry| entry[0])
                    .filter(|key| is_address(*key))
                    .collect::<Vec<_>>(),
            )
        };
        found().unwrap_or_default()
    }

    /// What a cell holds, or the object itself.
    pub(crate) fn in_cell(&self, object: Address) -> Option<Address> {
        if self.is_exactly(object, "cell") {
            return self.memory.pointer(object + CELL);
        }
        Some(object)
    }

    /// The entries of a `dict`, in their order.
    pub(crate) fn entries(&self, dict: Address) -> Vec<(Address, Address)> {
        if !self.is_a(dict, "dict") {
            return Vec::new();
        }
        self.dict_entries(dict).unwrap_or_default()
    }

    fn dict_entries(&self, dict: Address) -> Option<Vec<(Address, Address)>> {
        let keys = self.memory.pointer(dict + DICT_KEYS)?;
        let values = self.memory.pointer(dict + DICT_VALUES);
        let own = self.keys(keys)?;
        let Some(values) = values else {
            return Some(
                own.into_iter()
                    .filter(|(_, value)| is_address(*value))
                    .collect(),
            );
        };
        let values = if self.layout.minor >= 13 {
            values + 8
        } else {
            values
        };
        Some(self.shared_values(&own, values))
    }

    fn shared_keys(&self, keys: u64) -> Option<Entries> {
        if let Some(known) = self.shared.borrow().get(&keys) {
            return known.clone();
        }
        let read: Option<Entries> = self.keys(keys).map(Rc::from);
        self.shared.borrow_mut().insert(keys, read.clone());
        read
    }

    fn shared_values(&self, keys: &[(Address, Address)], values: u64) -> Vec<(Address, Address)> {
        let values = self.memory.words(values, keys.len()).unwrap_or_default();
        let names = keys.iter().map(|(key, _)| *key);
        names
            .zip(values)
            .filter(|(_, value)| is_address(*value))
            .collect()
    }

    /// `PyDictKeysObject`: keys, and values where they stand with them.
    fn keys(&self, keys: u64) -> Option<Vec<(Address, Address)>> {
        let memory = &self.memory;
        let count = usize::try_from(memory.word(keys + self.layout.keys_entries)?).ok()?;
        let count = count.min(MOST_ITEMS);
        let (indices, with_hash) = if self.layout.minor >= 11 {
            let log2 = memory.byte(keys + 9)?;
            (
                1_u64.checked_shl(u32::from(log2))?,
                memory.byte(keys + 10)? == 0,
            )
        } else {
            let size = memory.word(keys + 8)?;
            let width = match size {
                0..=0xff => 1,
                0x100..=0xffff => 2,
                _ => 4,
            };
            (size.checked_mul(width)?, true)
        };
        let start = keys
            .checked_add(self.layout.keys_indices)?
            .checked_add(indices)?;
        let width = if with_hash { 3 } else { 2 };
        let words = memory.words(start, count * width)?;
        let entry = |words: &[u64]| (words[width - 2], words[width - 1]);
        Some(
            words
                .chunks_exact(width)
                .map(entry)
                .filter(|(key, _)| is_address(*key))
                .collect(),
        )
    }

    /// An attribute that an instance has itself.
    pub(crate) fn attr(&self, object: Address, name: &str) -> Option<Address> {
        let entries = self.attributes(object);
        let found = entries.into_iter().find(|(key, _)| self.says(*key, name));
        found.map(|(_, value)| value)
    }

    /// A chain of attributes: `_sem`, `_semlock`.
    pub(crate) fn path(&self, object: Address, names: &[&str]) -> Option<Address> {
        names
            .iter()
            .try_fold(object, |object, name| self.attr(object, name))
    }

    /// Every attribute that an instance has itself.
    pub(crate) fn attributes(&self, object: Address) -> Vec<(Address, Address)> {
        self.own_attributes(object).unwrap_or_default()
    }

    fn own_attributes(&self, object: Address) -> Option<Vec<(Address, Address)>> {
        let memory = &self.memory;
        let class = memory.pointer(object + OB_TYPE)?;
        let flags = memory.word(class + TYPE_FLAGS)?;
        let managed = flags & MANAGED_DICT != 0;
        let cached = || memory.pointer(class + self.layout.cached_keys);
        match self.layout.attributes {
            Attributes::Pair if managed => {
                if let Some(values) = memory.pointer(object - 32) {
                    return Some(self.shared_values(&self.shared_keys(cached()?)?, values));
                }
                self.dict_entries(memory.pointer(object - 24)?)
            }
            Attributes::Tagged if managed => {
                let word = memory.pointer(object - 24)?;
                if word & 1 == 1 {
                    return Some(self.shared_values(&self.shared_keys(cached()?)?, word + 1));
                }
                self.dict_entries(word)
            }
            Attributes::Inline if managed => {
                if let Some(dict) = memory.pointer(object - 24) {
                    return self.dict_entries(dict);
                }
                if flags & INLINE_VALUES == 0 {
                    return None;
                }
                let size = memory.word(class + TYPE_BASICSIZE)?;
                let values = object.checked_add(size)?.checked_add(8)?;
                Some(self.shared_values(&self.shared_keys(cached()?)?, values))
            }
            _ => {
                let offset = memory.word(class + TYPE_DICTOFFSET)?.cast_signed();
                if offset <= 0 {
                    return None;
                }
                let dict = memory.pointer(object.checked_add_signed(offset)?)?;
                self.dict_entries(dict)
            }
        }
    }

    /// The value that a mapping from strings has at a name.
    pub(crate) fn item(&self, dict: Address, name: &str) -> Option<Address> {
        let entries = self.entries(dict);
        let found = entries.into_iter().find(|(key, _)| self.says(*key, name));
        found.map(|(_, value)| value)
    }

    /// Whether its class is written in Python, in such a module.
    pub(crate) fn is_from(&self, object: Address, is_module: impl Fn(&str) -> bool) -> bool {
        let module = || {
            let class = self.memory.pointer(object + OB_TYPE)?;
            let dict = self.memory.pointer(class + TYPE_DICT)?;
            self.text(self.item(dict, "__module__")?)
        };
        module().is_some_and(|module| is_module(&module))
    }
}
