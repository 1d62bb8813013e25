//! Where CPython keeps what is read: byte offsets in its structures, for each version on 64 bit Linux.
//!
//! Taken by `offsetof` from the headers of 3.8 to 3.13 (Include/internal). A version that is not here
//! is refused, and so are free-threaded builds: their objects begin otherwise. What is the same in all
//! of them stands as a constant.

/// `PyVarObject.ob_size`; of an int of 3.12 and later `lv_tag`.
pub(super) const OB_SIZE: u64 = 16;
pub(super) const OB_TYPE: u64 = 8;
/// The first item of a tuple, digit of an int, and the array of a list.
pub(super) const ITEMS: u64 = 24;
pub(super) const BYTES: u64 = 32;
pub(super) const STR_STATE: u64 = 32;
pub(super) const TYPE_NAME: u64 = 24;
pub(super) const TYPE_BASICSIZE: u64 = 32;
pub(super) const TYPE_FLAGS: u64 = 168;
pub(super) const TYPE_DICT: u64 = 264;
pub(super) const TYPE_DICTOFFSET: u64 = 288;
pub(super) const TYPE_MRO: u64 = 344;
pub(super) const DICT_KEYS: u64 = 32;
pub(super) const DICT_VALUES: u64 = 40;
pub(super) const THREAD_NEXT: u64 = 8;
/// `PyCellObject.ob_ref`, `PyMethodObject.im_self` is 24.
pub(super) const CELL: u64 = 16;

/// How frames are linked and where their place is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frames {
    /// `PyFrameObject`: `f_lasti` at this offset, counted in bytes or in instructions.
    Objects { lasti: u64, unit: i32 },
    /// `_PyInterpreterFrame`: a pointer to the instruction, the code's first instruction, the owner.
    Interpreter { instr: u64, code: u64, owner: u64 },
}

/// How a code object tells lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// `co_lnotab`, to 3.9.
    Lnotab,
    /// `co_linetable` of 3.10.
    Linetable,
    /// Locations of 3.11 and later.
    Locations,
}

/// How an object keeps its attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attributes {
    /// A dictionary at `tp_dictoffset`.
    Dict,
    /// 3.11: pointers to values and dictionary in front of the object.
    Pair,
    /// 3.12: one word in front of it, values where its lowest bit is set.
    Tagged,
    /// 3.13: values behind the object.
    Inline,
}

/// One version of CPython.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub minor: u32,
    pub interpreters_head: u64,
    pub interpreter_next: u64,
    pub interpreter_threads: u64,
    pub interpreter_modules: u64,
    pub thread_id: u64,
    /// Its frame; of 3.11 and 3.12 the `_PyCFrame` that has it at `cframe`.
    pub thread_frame: u64,
    pub cframe: Option<u64>,
    pub(super) frames: Frames,
    pub frame_back: u64,
    pub frame_code: u64,
    pub frame_globals: u64,
    pub frame_locals: u64,
    pub code_names: u64,
    /// `co_cellvars` and `co_freevars`, where they are apart.
    pub code_cells: Option<(u64, u64)>,
    pub code_filename: u64,
    pub code_name: u64,
    pub code_firstlineno: u64,
    pub code_lines: u64,
    pub(super) lines: Lines,
    pub(super) attributes: Attributes,
    /// The text of an ASCII string, and of another.
    pub ascii: u64,
    pub text: u64,
    pub cached_keys: u64,
    pub keys_entries: u64,
    pub keys_indices: u64,
}

const OBJECTS: Layout = Layout {
    minor: 8,
    interpreters_head: 32,
    interpreter_next: 0,
    interpreter_threads: 8,
    interpreter_modules: 56,
    thread_id: 176,
    thread_frame: 24,
    cframe: None,
    frames: Frames::Objects {
        lasti: 104,
        unit: 1,
    },
    frame_back: 24,
    frame_code: 32,
    frame_globals: 48,
    frame_locals: 360,
    code_names: 72,
    code_cells: Some((88, 80)),
    code_filename: 104,
    code_name: 112,
    code_firstlineno: 40,
    code_lines: 120,
    lines: Lines::Lnotab,
    attributes: Attributes::Dict,
    ascii: 48,
    text: 72,
    cached_keys: 872,
    keys_entries: 32,
    keys_indices: 40,
};

const INTERPRETER: Layout = Layout {
    minor: 11,
    interpreters_head: 40,
    interpreter_next: 0,
    interpreter_threads: 16,
    interpreter_modules: 888,
    thread_id: 152,
    thread_frame: 56,
    cframe: Some(8),
    frames: Frames::Interpreter {
        instr: 56,
        code: 184,
        owner: 69,
    },
    frame_back: 48,
    frame_code: 32,
    frame_globals: 8,
    frame_locals: 72,
    code_names: 96,
    code_cells: None,
    code_filename: 112,
    code_name: 120,
    code_firstlineno: 72,
    code_lines: 136,
    lines: Lines::Locations,
    attributes: Attributes::Pair,
    ascii: 48,
    text: 72,
    cached_keys: 872,
    keys_entries: 24,
    keys_indices: 32,
};

const TAGGED: Layout = Layout {
    minor: 12,
    interpreter_threads: 72,
    interpreter_modules: 944,
    thread_id: 136,
    cframe: Some(0),
    frames: Frames::Interpreter {
        instr: 56,
        code: 192,
        owner: 70,
    },
    frame_back: 8,
    frame_code: 0,
    frame_globals: 24,
    code_firstlineno: 68,
    attributes: Attributes::Tagged,
    ascii: 40,
    text: 56,
    cached_keys: 880,
    ..INTERPRETER
};

static LAYOUTS: [Layout; 6] = [
    OBJECTS,
    Layout {
        minor: 9,
        interpreter_modules: 856,
        cached_keys: 864,
        ..OBJECTS
    },
    Layout {
        minor: 10,
        interpreter_modules: 856,
        frames: Frames::Objects { lasti: 96, unit: 2 },
        frame_locals: 352,
        lines: Lines::Linetable,
        ..OBJECTS
    },
    INTERPRETER,
    TAGGED,
    Layout {
        minor: 13,
        interpreters_head: 632,
        interpreter_next: 7264,
        interpreter_threads: 7344,
        interpreter_modules: 7656,
        thread_id: 152,
        thread_frame: 72,
        cframe: None,
        frames: Frames::Interpreter {
            instr: 56,
            code: 200,
            owner: 70,
        },
        attributes: Attributes::Inline,
        ..TAGGED
    },
];

impl Layout {
    /// The structures of CPython 3.`minor`.
    pub(crate) fn of(minor: u32) -> Option<&'static Layout> {
        LAYOUTS.iter().find(|layout| layout.minor == minor)
    }
}
