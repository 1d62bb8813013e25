//! Imports point down: every `crate::` path in `src/` and in the lessons' programs is checked
//! against the table of layers.
//!
//! One package has no crate walls, so this test is the wall. It also keeps unsafe code inside `sys`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects"
)]

#[path = "layers/files.rs"]
mod files;

#[path = "layers/map.rs"]
mod map;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Module → what it may import. A module may always import itself.
const ALLOWED: &[(&str, &[&str])] = &[
    // L0
    ("error", &[]),
    ("text", &[]),
    ("sys", &[]),
    ("trace", &[]),
    ("object", &[]),
    ("protocol", &["sys"]),
    ("proc", &[]),
    // L1
    ("mp", &["sys", "trace", "protocol", "object"]),
    ("model", &["trace"]),
    ("lesson", &["trace", "text", "object"]),
    // L2
    ("check", &["model", "trace", "lesson"]),
    ("finding", &["model", "trace", "lesson", "text", "explain"]),
    ("inspect", &["finding", "lesson", "proc", "sys", "text"]),
    ("feed", &["trace"]),
    ("programs", &["mp"]),
    ("explain", &["model", "text"]),
    // L3
    (
        "engine",
        &["protocol", "feed", "model", "trace", "proc", "sys"],
    ),
    ("stage", &["mp", "programs", "protocol", "sys"]),
    ("replay", &["feed", "trace"]),
    // L4
    (
        "explore",
        &["engine", "lesson", "model", "trace", "protocol", "sys"],
    ),
    (
        "report",
        &[
            "check", "explain", "finding", "lesson", "model", "trace", "text",
        ],
    ),
    ("export", &["model", "trace", "text"]),
    ("compare", &["model", "trace", "text"]),
    (
        "tui",
        &[
            "feed", "model", "lesson", "text", "check", "trace", "compare", "explain", "finding",
        ],
    ),
    // L5
    (
        "cli",
        &[
            "tui", "report", "export", "compare", "replay", "engine", "check", "feed", "lesson",
            "model", "trace", "text", "error", "sys", "explore", "protocol", "explain", "finding",
            "inspect",
        ],
    ),
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the package") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `src/mp/pool.rs` → `mp`; a lesson's program is part of `programs`.
fn module_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root()).expect("inside the package");
    let mut parts = inside.iter().map(|part| part.to_string_lossy());
    if parts.next().as_deref() == Some("lessons") {
        return Some("programs".to_owned());
    }
    let name = parts.next()?.trim_end_matches(".rs").to_owned();
    (name != "lib" && name != "main").then_some(name)
}

/// Every word that follows `crate::`, braces opened.
fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => {
                let (mut depth, mut start, mut names) = (0, 0, Vec::new());
                for (i, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            names.push(&group[start..i]);
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            names.push(&group[start..i]);
                            start = i + 1;
                        }
                        _ => {}
                    }
                }
                names
            }
            None => vec![rest],
        };
        for name in names {
            let word: String = name
                .trim_start()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            // An exported macro is not a module.
            if !word.is_empty() && word != "print_py" {
                found.insert(word);
            }
        }
    }
    found
}

#[test]
fn imports_point_down() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    rust_files(&root().join("lessons"), &mut files);
    assert!(files.len() > 20, "the package's files are found");
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for path in files {
        let Some(module) = module_of(&path) else {
            continue;
        };
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!(
                "{}: the module '{module}' has no layer",
                path.display()
            ));
            continue;
        };
        let text = fs::read_to_string(&path).expect("a file of the package");
        for import in imports(&text) {
            used.insert((module.clone(), import.clone()));
            if import != module && !allowed.contains(&import.as_str()) {
                wrong.push(format!(
                    "{}: {module} may not import {import}",
                    path.display()
                ));
            }
        }
    }
    for (module, allowed) in ALLOWED {
        for import in *allowed {
            if !used.contains(&((*module).to_owned(), (*import).to_owned())) {
                wrong.push(format!(
                    "{module} does not import {import}: strike it from the table"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Files of a room that stand in circles: each of a circle needs all the others of it. The numbers may
/// only fall.
const IN_CIRCLES: &[(&str, usize)] = &[("model", 5), ("trace", 7), ("tui", 23)];

#[test]
fn no_file_needs_a_file_that_needs_it() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let tests = |path: &PathBuf| {
        path.iter()
            .any(|part| part == "tests" || part == "tests.rs")
    };
    files.retain(|path| !tests(path));
    let circles = files::Graph::read(&root().join("src"), &files).circles();
    let mut wrong = Vec::new();
    let room = |circle: &BTreeSet<String>| {
        let first = circle.first().expect("a circle has files");
        first.split('/').next().unwrap_or(first).to_owned()
    };
    let mut rooms: BTreeSet<String> = circles.iter().map(room).collect();
    rooms.extend(IN_CIRCLES.iter().map(|(room, _)| (*room).to_owned()));
    for name in rooms {
        let mine: Vec<_> = circles
            .iter()
            .filter(|circle| room(circle) == name)
            .collect();
        let count: usize = mine.iter().map(|circle| circle.len()).sum();
        let pinned = IN_CIRCLES.iter().find(|(room, _)| *room == name);
        let pinned = pinned.map_or(0, |(_, pinned)| *pinned);
        if count > pinned {
            wrong.push(format!(
                "{name}: {count} files in circles, {pinned} are known: {mine:?}"
            ));
        } else if count < pinned {
            wrong.push(format!(
                "{name}: {count} files in circles: lower {pinned} to that"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_is_in_sys_alone() {
    let mut files = Vec::new();
    for folder in ["src", "lessons", "tests", "benches"] {
        let folder = root().join(folder);
        if folder.is_dir() {
            rust_files(&folder, &mut files);
        }
    }
    let fence = root().join("src/sys");
    for path in files {
        let text = fs::read_to_string(&path).expect("a file of the package");
        let wrong = text.lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            ["unsafe {", "unsafe fn", "unsafe impl"]
                .iter()
                .any(|word| code.contains(word))
                && !code.contains('"')
        });
        assert!(
            !wrong || path.starts_with(&fence),
            "{}: unsafe code outside sys",
            path.display()
        );
    }
}

#[test]
fn the_reader_of_imports_sees_groups() {
    let text = "use crate::mp::{a, b};\n    use crate::{sys::x, trace::{y, z}, feed};\n// crate::nothing\n";
    let found = imports(text);
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        ["feed", "mp", "sys", "trace"]
    );
}
