//! The state of this process that every part of `mp` reads: its name, identity and settings.
//!
//! Owns the process's name, identity and counters, the settings the stage was started with, and the
//! reset after a fork. `process` writes it; the rest reads. There is one thread in every process of
//! the stage (a manager's server threads use none of this), so plain cells are enough.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::trace::Role;

/// How the learner's program is run; given to the stage by the supervisor.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What `ps` shows before the process's name: `pool-async`.
    pub title: String,
    /// What multiplies every `sleep`.
    pub time_scale: f64,
    /// Whether prints are line-buffered, as on a terminal, or block-buffered, as into a pipe.
    pub line_buffered: bool,
    /// A 0700 directory for sockets, removed after the run.
    pub dir: PathBuf,
    /// Seed of random choices a program makes.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            title: "forklore".to_owned(),
            time_scale: 1.0,
            line_buffered: true,
            dir: std::env::temp_dir(),
            seed: 0,
        }
    }
}

/// Who this process is.
#[derive(Debug)]
struct Identity {
    name: RefCell<String>,
    /// CPython's `_identity`: `[2]` for `Process-2`, `[2, 1]` for its first child.
    path: RefCell<Vec<u32>>,
    role: Cell<Role>,
    daemon: Cell<bool>,
    /// Children started so far (CPython's `_process_counter`).
    children: Cell<u32>,
    /// Objects made so far in this process, by class.
    objects: RefCell<HashMap<&'static str, u32>>,
    settings: RefCell<Settings>,
}

thread_local! {
    static SELF: Identity = Identity {
        name: RefCell::new("MainProcess".to_owned()),
        path: RefCell::new(Vec::new()),
        role: Cell::new(Role::Main),
        daemon: Cell::new(false),
        children: Cell::new(0),
        objects: RefCell::new(HashMap::new()),
        settings: RefCell::new(Settings::default()),
    };
}

/// This process's PID, cached: every lock operation reads it.
static PID: AtomicU32 = AtomicU32::new(0);

/// This process's PID as a lock word holds it.
#[inline]
pub(crate) fn pid() -> u32 {
    match PID.load(Ordering::Relaxed) {
        0 => renew_pid(),
        pid => pid,
    }
}

#[cold]
fn renew_pid() -> u32 {
    let pid = nix::unistd::getpid().as_raw().cast_unsigned();
    PID.store(pid, Ordering::Relaxed);
    pid
}

/// Takes the settings the stage was started with.
pub fn configure(settings: Settings) {
    SELF.with(|it| *it.settings.borrow_mut() = settings);
}

/// Reads one of the settings.
pub(crate) fn setting<T>(read: impl FnOnce(&Settings) -> T) -> T {
    SELF.with(|it| read(&it.settings.borrow()))
}

/// CPython's `current_process().name`.
pub fn current_name() -> String {
    SELF.with(|it| it.name.borrow().clone())
}

pub(crate) fn role() -> Role {
    SELF.with(|it| it.role.get())
}

pub(crate) fn is_daemon() -> bool {
    SELF.with(|it| it.daemon.get())
}

/// The identity of the next child: this process's own with a count appended.
pub(crate) fn next_child_path() -> Vec<u32> {
    SELF.with(|it| {
        it.children.set(it.children.get() + 1);
        let mut path = it.path.borrow().clone();
        path.push(it.children.get());
        path
    })
}

/// A new object's identity in the run: `RLock-1`, or `RLock-1@77` when a child made it.
pub(crate) fn object_id(class: &'static str) -> String {
    SELF.with(|it| {
        let mut objects = it.objects.borrow_mut();
        let count = objects.entry(class).or_insert(0);
        *count += 1;
        match it.role.get() {
            Role::Main => format!("{class}-{count}"),
            _ => format!("{class}-{count}@{}", pid()),
        }
    })
}

/// Makes this process the child it has just become.
pub(crate) fn become_child(name: String, path: Vec<u32>, role: Role, daemon: bool) {
    renew_pid();
    SELF.with(|it| {
        // The parent's values are not freed: that would copy the pages they are in.
        std::mem::forget(it.name.replace(name));
        std::mem::forget(it.path.replace(path));
        it.role.set(role);
        it.daemon.set(daemon);
        it.children.set(0);
        let mut objects = it.objects.borrow_mut();
        if !objects.is_empty() {
            objects.clear();
        }
    });
}
