//! A stranger's lesson pack in the session: its checks have an end, and keys and signals are heard.

use std::path::Path;
use std::time::Duration;

use forklore::lesson::Library;
use forklore::sys::clock;
use nix::sys::signal::Signal;

use crate::pty::Screen;

/// Checks that would take for ever, or all memory there is.
const ENDLESS: [&str; 2] = [
    "kind = \"contiguous-blocks\"\nfor = [\"a in 0..10000\", \"b in 0..10000\", \"c in 0..10000\", \"d in 0..0\"]\n\
     lines = [\"x\"]",
    "kind = \"contiguous-blocks\"\nfor = \"i in 0..10000\"\n\
     lines = [{ text = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa {j}\", for = \"j in 0..10000\" }]",
];

/// The create-process lesson with this check alone.
fn pack(keys: &str, folder: &Path) {
    let library = Library::embedded().expect("the lessons");
    let files = &library.find("create-process").expect("a lesson").files;
    let manifest = format!(
        "slug = \"create-process\"\norder = 1\ntitle = {{ en = \"t\", zh = \"一\" }}\n\
         summary = {{ en = \"s\", zh = \"一\" }}\n\
         [[checks]]\nid = \"it\"\nwords = {{ en = \"it\", zh = \"它\" }}\n{keys}\n"
    );
    let rust = files.rust.as_deref().expect("a twin");
    for (name, text) in [
        ("lesson.toml", manifest.as_str()),
        ("program.py", files.python.as_str()),
        ("program.rs", rust),
    ] {
        std::fs::write(folder.join(name), text).expect("a file");
    }
}

#[test]
fn checks_without_end_keep_no_key_and_no_signal_waiting() {
    for keys in ENDLESS {
        for end in ["key", "signal"] {
            let folder = tempfile::tempdir().expect("a folder");
            pack(keys, folder.path());
            let path = folder.path().to_str().expect("UTF-8");
            let arguments = ["create-process", "--replace", "--lessons", path];
            let mut screen = Screen::open(&arguments, (200, 60));
            screen.wait_for("Lesson");
            screen.press("r");
            screen.wait_for("the lesson is at fault");
            let began = clock::instant();
            if end == "key" {
                screen.press("q");
                assert!(screen.ended().success());
            } else {
                screen.signal(Signal::SIGTERM);
                screen.ended();
            }
            let took = clock::instant().duration_since(began);
            assert!(took < Duration::from_secs(3), "{end}: {took:?}");
        }
    }
}
