//! The lessons inside the binary: every file under `lessons/`, by name.
//!
//! Owns the one list of them; a test holds it against the folder and prints the lines to put here.

use super::error::LessonError;
use super::folder::{Files, Lesson, Origin};

macro_rules! files {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../lessons/", $path)))),*]
    };
}

/// Path under `lessons/` and text, sorted by path.
static FILES: &[(&str, &str)] = files![
    "01-create-process/en.md",
    "01-create-process/lesson.toml",
    "01-create-process/probes/cost.py",
    "01-create-process/probes/exit_status.py",
    "01-create-process/probes/orphan.py",
    "01-create-process/probes/printed_once.py",
    "01-create-process/probes/start_does_not_wait.py",
    "01-create-process/probes/zombie.py",
    "01-create-process/program.py",
    "01-create-process/program.rs",
    "01-create-process/zh.md",
    "02-no-sharing/en.md",
    "02-no-sharing/lesson.toml",
    "02-no-sharing/probes/global_or_argument.py",
    "02-no-sharing/probes/open_file.py",
    "02-no-sharing/probes/own_copy.py",
    "02-no-sharing/probes/reading_copies.py",
    "02-no-sharing/program.py",
    "02-no-sharing/program.rs",
    "02-no-sharing/zh.md",
    "03-array/en.md",
    "03-array/lesson.toml",
    "03-array/probes/cells_are_c_ints.py",
    "03-array/probes/interleavings.py",
    "03-array/probes/lock_per_access.py",
    "03-array/probes/shadowing.py",
    "03-array/probes/spawned_children.py",
    "03-array/probes/typecodes.py",
    "03-array/program.py",
    "03-array/program.rs",
    "03-array/zh.md",
    "04-manager-dict/en.md",
    "04-manager-dict/lesson.toml",
    "04-manager-dict/probes/global_proxy.py",
    "04-manager-dict/probes/join_inside.py",
    "04-manager-dict/probes/nested.py",
    "04-manager-dict/probes/no_join.py",
    "04-manager-dict/probes/server_process.py",
    "04-manager-dict/probes/two_requests.py",
    "04-manager-dict/probes/typo.py",
    "04-manager-dict/probes/unguarded.py",
    "04-manager-dict/program.py",
    "04-manager-dict/program.rs",
    "04-manager-dict/zh.md",
    "05-queue/en.md",
    "05-queue/lesson.toml",
    "05-queue/probes/any_child_first.py",
    "05-queue/probes/big_message.py",
    "05-queue/probes/fifo.py",
    "05-queue/probes/killed_reader.py",
    "05-queue/probes/no_join.py",
    "05-queue/probes/put_is_asynchronous.py",
    "05-queue/probes/queues_queue.py",
    "05-queue/probes/shadowing.py",
    "05-queue/program.py",
    "05-queue/program.rs",
    "05-queue/zh.md",
    "06-lock/en.md",
    "06-lock/lesson.toml",
    "06-lock/probes/any_order.py",
    "06-lock/probes/killed_holder.py",
    "06-lock/probes/no_join.py",
    "06-lock/probes/own_lock_is_not_enough.py",
    "06-lock/probes/pipe_hides_it.py",
    "06-lock/probes/rlock_and_lock.py",
    "06-lock/probes/seen_while_alive.py",
    "06-lock/probes/sets_not_adds.py",
    "06-lock/program.py",
    "06-lock/program.rs",
    "06-lock/zh.md",
    "07-pool-async/en.md",
    "07-pool-async/lesson.toml",
    "07-pool-async/probes/at_most_three.py",
    "07-pool-async/probes/callbacks.py",
    "07-pool-async/probes/close_and_join.py",
    "07-pool-async/probes/idle_worker_killed.py",
    "07-pool-async/probes/join_before_close.py",
    "07-pool-async/probes/killed_in_a_task.py",
    "07-pool-async/probes/last_one_only.py",
    "07-pool-async/probes/result_must_pickle.py",
    "07-pool-async/probes/submit_does_not_wait.py",
    "07-pool-async/probes/successful_early.py",
    "07-pool-async/probes/terminate.py",
    "07-pool-async/probes/workers_are_reused.py",
    "07-pool-async/program.py",
    "07-pool-async/program.rs",
    "07-pool-async/zh.md",
    "08-pool-blocking/en.md",
    "08-pool-blocking/lesson.toml",
    "08-pool-blocking/probes/close_before_join.py",
    "08-pool-blocking/probes/death_blocks_apply.py",
    "08-pool-blocking/probes/join_waits.py",
    "08-pool-blocking/probes/new_after_close.py",
    "08-pool-blocking/probes/no_replacement.py",
    "08-pool-blocking/probes/one_at_a_time.py",
    "08-pool-blocking/probes/piped_order.py",
    "08-pool-blocking/probes/with_terminates.py",
    "08-pool-blocking/program.py",
    "08-pool-blocking/program.rs",
    "08-pool-blocking/zh.md",
];

/// Reads them all, in the order of their folders.
pub(super) fn lessons() -> Result<Vec<Lesson>, LessonError> {
    let mut lessons = Vec::new();
    let mut rest = FILES;
    while let Some((folder, _)) = rest.first().and_then(|(path, _)| path.split_once('/')) {
        let own = |path: &str| path.split('/').next() == Some(folder);
        let count = rest.iter().take_while(|(path, _)| own(path)).count();
        let (files, others) = rest.split_at(count);
        rest = others;
        // A folder that is still being written has no program.
        if let Some(files) = gather(folder, files) {
            let name = format!("lessons/{folder}/lesson.toml");
            lessons.push(Lesson::new(folder, &name, Origin::Embedded, files)?);
        }
    }
    Ok(lessons)
}

fn gather(folder: &str, files: &[(&str, &str)]) -> Option<Files> {
    let text = |name: &str| {
        files
            .iter()
            .find(|(path, _)| path.strip_prefix(folder) == Some(name))
            .map(|(_, text)| (*text).to_owned())
    };
    let probes = files.iter().filter_map(|(path, text)| {
        let name = path.strip_prefix(folder)?.strip_prefix("/probes/")?;
        Some((name.to_owned(), (*text).to_owned()))
    });
    Some(Files {
        manifest: text("/lesson.toml"),
        en: text("/en.md"),
        zh: text("/zh.md"),
        python: text("/program.py")?,
        rust: text("/program.rs"),
        probes: probes.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::FILES;
    use std::path::Path;

    fn walk(path: &Path, under: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if name.starts_with('.') || name == "__pycache__" {
                continue;
            }
            let name = format!("{under}{name}");
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), found);
            } else {
                found.push(name);
            }
        }
    }

    #[test]
    fn every_file_under_lessons_is_embedded_and_no_other() {
        let mut found = Vec::new();
        let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
        walk(&lessons, "", &mut found);
        found.sort();
        let embedded: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        let lines: Vec<String> = found
            .iter()
            .map(|path| format!("    \"{path}\","))
            .collect();
        assert_eq!(
            embedded,
            found,
            "the list in embedded.rs must be:\n{}",
            lines.join("\n")
        );
    }
}
