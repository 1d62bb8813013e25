//! The map at the top of `src/lib.rs` is true: `# How to add` names every place there is.
//!
//! Each list has an example that exists (`Barrier`, …). Every source file that names the example has
//! to be in the list, and every place in the list has to name it. So a list goes red when a place is
//! added or renamed, and when one is no longer needed. `cargo doc` checks the links of the map.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use forklore::trace::Class;

/// Where a list has to be complete. (Tests and lessons may name an example without being a place.)
const SEARCHED: &[&str] = &["src", "assets/locales", "assets/python", "build.rs"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One list of the map.
struct List {
    title: String,
    /// Words that stand for the example, whole.
    example: Vec<String>,
    /// Files, and folders with a `/` at their end.
    places: Vec<String>,
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// The lists under `# How to add`.
fn lists() -> Vec<List> {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let docs = text.lines().filter_map(|line| line.strip_prefix("//!"));
    let mut lists: Vec<List> = Vec::new();
    let mut inside = false;
    for line in docs.map(str::trim) {
        if let Some(title) = line.strip_prefix("# ") {
            inside = title == "How to add";
        } else if inside && let Some(title) = line.strip_prefix("## ") {
            lists.push(List {
                title: title.to_owned(),
                example: Vec::new(),
                places: Vec::new(),
            });
        } else if inside && let Some(list) = lists.last_mut() {
            if let Some(example) = line.strip_prefix("Example: ") {
                list.example.extend(quoted(example));
            } else {
                let places = quoted(line).filter(|word| word.contains('/') || word == "build.rs");
                list.places.extend(places);
            }
        }
    }
    lists
}

fn files_below(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_file() {
        found.push(path.to_owned());
        return;
    }
    for entry in fs::read_dir(path).expect("a folder of the package") {
        files_below(&entry.expect("an entry").path(), found);
    }
}

/// Whether a line that is no comment has one of the words, whole.
fn names(text: &str, words: &[String]) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.lines()
        .filter(|line| {
            let line = line.trim_start();
            !line.starts_with("//") && !line.starts_with('#')
        })
        .any(|line| {
            words.iter().any(|word| {
                line.match_indices(word.as_str()).any(|(at, found)| {
                    !line[..at].ends_with(part) && !line[at + found.len()..].starts_with(part)
                })
            })
        })
}

/// Whether a file names the example, in its path or in its text.
fn file_names(path: &Path, words: &[String]) -> bool {
    let inside = path.strip_prefix(root()).expect("inside the package");
    let in_path = words
        .iter()
        .any(|word| inside.to_string_lossy().contains(word.as_str()));
    in_path || fs::read_to_string(path).is_ok_and(|text| names(&text, words))
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

#[test]
fn every_list_is_complete_and_has_nothing_beside() {
    let lists = lists();
    let titles: Vec<&str> = lists.iter().map(|list| list.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "A primitive",
            "An event kind",
            "A panel",
            "A check kind",
            "A finding",
            "A lesson",
            "An engine"
        ]
    );
    let mut files = Vec::new();
    for place in SEARCHED {
        files_below(&root().join(place), &mut files);
    }
    let mut wrong = Vec::new();
    for List {
        title,
        example,
        places,
    } in &lists
    {
        assert!(!example.is_empty(), "{title} has no example");
        for place in places {
            let path = root().join(place);
            let mut there = Vec::new();
            if path.exists() {
                files_below(&path, &mut there);
            }
            if !there.iter().any(|file| file_names(file, example)) {
                wrong.push(format!("{title}: {place} does not name {example:?}"));
            }
        }
        let listed: BTreeSet<&str> = places.iter().map(String::as_str).collect();
        for file in &files {
            let inside = file.strip_prefix(root()).expect("inside the package");
            let name = inside.to_string_lossy();
            let known = name == "src/lib.rs"
                || is_test(&name)
                || listed.iter().any(|place| {
                    name == *place || (place.ends_with('/') && name.starts_with(place))
                });
            if !known && fs::read_to_string(file).is_ok_and(|text| names(&text, example)) {
                wrong.push(format!(
                    "{title}: {name} names {example:?} and is not in the list"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Classes by another name in Python's own code: what a traced Python makes has the first one.
const OTHER_NAMES: [Class; 3] = [Class::RawValue, Class::PipeConnection, Class::Manager];

#[test]
fn a_traced_python_tells_of_every_class() {
    let mut files = Vec::new();
    files_below(&root().join("assets/python"), &mut files);
    let missing: Vec<&str> = Class::ALL
        .iter()
        .filter(|class| !OTHER_NAMES.contains(class))
        .map(|class| class.as_str())
        .filter(|name| {
            !files
                .iter()
                .any(|file| file_names(file, &[(*name).to_owned()]))
        })
        .collect();
    assert!(
        missing.is_empty(),
        "assets/python does not name {missing:?}"
    );
}
