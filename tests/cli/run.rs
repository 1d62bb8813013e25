//! `run`: what real runs print, record and leave behind.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Said, ended, finish, forklore, plain, say};
use crate::marks::{assert_nothing_left, mark, marked, wait_until};
use crate::packs::{pack, with};

/// Lines of a program: the text after time, PID and name.
fn printed(said: &Said) -> Vec<&str> {
    let mut lines: Vec<&str> = said
        .out
        .lines()
        .filter(|line| {
            line.starts_with(' ') && line.trim_start().starts_with(|c: char| c.is_ascii_digit())
        })
        .filter(|line| {
            line.split_whitespace()
                .next()
                .is_some_and(|time| time.contains('.'))
        })
        .map(|line| {
            let name = line.find("Process").expect("a name");
            line[name..]
                .split_once("  ")
                .map_or("", |(_, text)| text.trim_start())
        })
        .collect();
    lines.sort_unstable();
    lines
}

/// Of each process, what its prints put into its buffer, and what it wrote; in no order of processes.
fn buffered_and_written(engine: &[&str]) -> Vec<[String; 2]> {
    let words = ["run", "no-sharing", "--stdout", "pipe", "--format", "json"];
    let said = say(&[&words[..], engine].concat());
    assert_eq!(said.code, Some(0), "{}", said.err);
    let mut found: BTreeMap<u64, [String; 2]> = BTreeMap::new();
    for line in said.out.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let (text, place) = match event["kind"].as_str() {
            Some("op") if event["args"]["key"] == "buffered" => (&event["args"]["value"], 0),
            Some("output") => (&event["data"], 1),
            _ => continue,
        };
        let both = found
            .entry(event["proc"].as_u64().expect("a process"))
            .or_default();
        both[place] += text.as_str().expect("a text");
        assert!(
            both[0].starts_with(&both[1]),
            "written before it is printed: {line}"
        );
    }
    let mut found: Vec<[String; 2]> = found.into_values().collect();
    found.sort_unstable();
    found
}

#[test]
fn into_a_pipe_text_is_buffered_before_it_is_written() {
    let native = buffered_and_written(&[]);
    assert_eq!(native.len(), 4);
    assert!(native.iter().all(|[buffered, written]| buffered == written));
    if Command::new("python3").arg("--version").output().is_ok() {
        assert_eq!(buffered_and_written(&["--engine", "python"]), native);
    }
}

#[test]
fn a_run_tells_lines_rows_and_checks() {
    let mut command = forklore(&["run", "create-process"]);
    let mark = mark(&mut command);
    let said = finish(&mut command);
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(0), ""),
        "{}",
        said.out
    );
    assert!(
        said.out
            .starts_with("create-process · Creating processes\n"),
        "{}",
        said.out
    );
    assert!(said.out.contains("processes=3"), "{}", said.out);
    assert_eq!(
        printed(&said),
        ["main proccess stop", "say hi 0", "say hi 1", "say hi 2"]
    );
    let headings = |out: &str| out.lines().filter(|line| line.contains("USER")).count();
    assert!(said.out.contains("at the fullest moment"), "{}", said.out);
    assert_eq!(headings(&said.out), 1);
    let all = say(&["run", "create-process", "--ps", "all"]).out;
    for table in ["at the start", "at the fullest moment", "how they ended"] {
        assert!(all.contains(table), "{table} in {all}");
    }
    assert_eq!(headings(&all), 3);
    let dead = all.lines().filter(|line| line.starts_with("0  ")).count();
    assert_eq!(dead, 4, "{all}");
    assert!(said.out.contains("✓ passed  "), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "no colour into a pipe");
    let last = said.out.lines().last().unwrap();
    assert!(last.starts_with("The run finished after "), "{last}");
    assert_nothing_left(&mark);
}

#[test]
fn colour_can_be_had_and_a_process_has_one() {
    let said = say(&["run", "create-process", "--color", "always"]);
    let main = said
        .out
        .lines()
        .find(|line| line.contains("main proccess stop"))
        .unwrap();
    assert!(main.starts_with("\u{1b}[38;5;75m"), "{main:?}");
    assert!(said.out.contains("\u{1b}[32m✓ passed"), "{}", said.out);
}

#[test]
fn the_rows_of_a_pool_are_those_grep_shows() {
    let said = say(&["run", "pool-async", "--time-scale", "0.02"]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let fullest = said.out.split("at the fullest moment").nth(1).unwrap();
    let rows: Vec<&str> = fullest
        .lines()
        .skip(2)
        .take_while(|line| !line.is_empty())
        .collect();
    assert!(
        said.out
            .contains("ps aux | grep pool, at the fullest moment")
    );
    assert_eq!(rows.len(), 4, "main and three workers: {fullest}");
    assert!(
        rows.iter().all(|row| row.contains("pool-async: ")),
        "{fullest}"
    );
}

#[test]
fn another_terminals_ps_finds_the_lessons_own_processes_by_cpythons_names() {
    let mut command = forklore(&["run", "pool-async", "--time-scale", "100"]);
    let mark = mark(&mut command);
    let mut child = command.spawn().unwrap();
    // All three have begun a task, so they have their names.
    let out = await_line(&mut child, "ForkPoolWorker-3 ");
    let mut found: Vec<String> = marked(&mark)
        .iter()
        .filter(|pid| **pid != child.id().to_string())
        .filter_map(|pid| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok())
        .map(|line| line.replace('\0', " ").trim().to_owned())
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "forklore: guard",
            "pool-async: ForkPoolWorker-1",
            "pool-async: ForkPoolWorker-2",
            "pool-async: ForkPoolWorker-3",
            "pool-async: MainProcess",
        ]
    );
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(ended(child).code, Some(143));
    drop(out);
    assert_nothing_left(&mark);
}

#[test]
fn json_is_the_recording_and_words_go_to_stderr() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let said = say(&[
        "run", "lock", "--seed", "7", "--format", "json", "--record", path,
    ]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let lines: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        (&lines[0]["forklore"], &lines[0]["seed"]),
        (&1.into(), &7.into())
    );
    assert_eq!(lines[0]["params"]["processes"], 10);
    assert_eq!(lines[0]["program_sha256"].as_str().unwrap().len(), 64);
    for (index, line) in lines.iter().enumerate().skip(1) {
        assert_eq!(line["seq"], index);
    }
    assert_eq!(lines.last().unwrap()["status"], "finished");
    assert_eq!(said.out, std::fs::read_to_string(path).unwrap());
    assert!(said.err.contains("✓ passed"), "{}", said.err);
    assert!(said.err.contains("The run finished after"), "{}", said.err);
}

#[test]
fn a_run_that_hangs_ends_as_a_deadlock_and_says_who_waits_for_what() {
    let hang = [
        "run",
        "lock",
        "--set",
        "lock=Lock",
        "--set",
        "depth=2",
        "--set",
        "processes=2",
    ];
    let mut command = forklore(&hang);
    let mark = mark(&mut command);
    let said = finish(&mut command);
    // The lesson says that it hangs.
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains("Nothing can go on:"), "{}", said.out);
    assert!(
        said.out
            .contains("waits for lock (Lock-1), which it holds itself"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("waits for the end of Process-"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("Deadlock: every process was waiting and none could be woken."),
        "{}",
        said.out
    );
    assert_nothing_left(&mark);
}

#[test]
fn parameters_are_refused_with_their_ranges() {
    for (set, words) in [
        (
            "processes=99",
            "`processes` can't be `99`: it takes an integer from 1 to 32",
        ),
        ("workers=3", "has no parameter `workers`"),
        ("processes", "has no value: write it as NAME=VALUE"),
        ("lock=\u{1b}[31mred", "it takes one of RLock, Lock, none"),
    ] {
        let said = say(&["run", "lock", "--set", set]);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{set}");
        assert!(said.err.contains(words), "{words} in {}", said.err);
        assert!(!said.err.contains('\u{1b}'), "{:?}", said.err);
    }
    for (option, value, words) in [
        ("--time-scale", "-1", "it takes a number from 0 to 1000"),
        ("--time-scale", "nan", "it takes a number from 0 to 1000"),
        ("--pace", "0", "it takes a number above 0"),
        ("--engine", "java", "it takes one of native"),
        ("--stdout", "file", "it takes one of tty, pipe"),
    ] {
        let said = say(&["run", "lock", &format!("{option}={value}")]);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{option}");
        assert!(said.err.contains(words), "{words} in {}", said.err);
    }
}

#[test]
fn a_lesson_without_a_twin_runs_under_python() {
    let pack = tempfile::tempdir().unwrap();
    let program =
        "import os\nN = 1\nprint(N, os.listdir(os.path.dirname(os.path.abspath(__file__))))\n";
    std::fs::write(pack.path().join("program.py"), program).unwrap();
    std::fs::write(pack.path().join("data.txt"), "").unwrap();
    let manifest = "slug = \"mine\"\norder = 20\ntitle = { en = \"m\", zh = \"我\" }\n\
        summary = { en = \"m\", zh = \"我\" }\n[[parameters]]\nname = \"n\"\nkind = \"int\"\n\
        default = 1\nmin = 1\nmax = 2\nlabel = { en = \"n\", zh = \"数\" }\n";
    std::fs::write(pack.path().join("lesson.toml"), manifest).unwrap();
    let path = pack.path().to_str().unwrap();
    let said = say(&["run", "mine", "--trust", "--lessons", path]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains("--engine python"), "{}", said.out);
    // With another value a copy runs beside the folder's other files, and the file stays as it is.
    let said = say(&["run", "mine", "--trust", "--set", "n=2", "--lessons", path]);
    assert!(said.out.contains("2 ["), "{}{}", said.out, said.err);
    assert!(said.out.contains("data.txt"), "{}", said.out);
    let now = std::fs::read_to_string(pack.path().join("program.py")).unwrap();
    assert_eq!(now, program);
    let said = say(&["run", "mine", "--engine", "native", "--lessons", path]);
    assert_eq!((said.code, said.out.as_str()), (Some(3), ""));
    assert!(said.err.contains("has no Rust twin"), "{}", said.err);
}

#[test]
fn a_python_that_is_not_there_is_said_and_the_native_engine_goes_on() {
    let said = say(&["run", "lock", "--python", "3.77"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(said.err.contains("no Python `3.77`"), "{}", said.err);
    let said = say(&["run", "lock", "--engine", "native", "--python", "3.11"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    for (lesson, engine, code) in [("lock", "python", 3), ("lock", "native", 0)] {
        let mut command = forklore(&["run", lesson, "--engine", engine]);
        let said = finish(
            command
                .env("PATH", "/nonexistent")
                .env("HOME", "/nonexistent"),
        );
        assert_eq!(said.code, Some(code), "{engine}: {}", said.err);
    }
}

#[test]
fn a_limit_of_memory_is_not_blamed_on_processes() {
    let script = "ulimit -v 160000; exec \"$0\" run lock";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_forklore")]);
    plain(&mut command);
    let said = finish(&mut command);
    assert!(!said.err.contains("ulimit -u"), "{}", said.err);
}

#[test]
fn without_descriptors_it_does_not_start_and_says_so() {
    let mut command = std::process::Command::new("sh");
    command.args([
        "-c",
        "ulimit -n 12; exec \"$0\" run lock",
        env!("CARGO_BIN_EXE_forklore"),
    ]);
    plain(&mut command);
    let mark = mark(&mut command);
    let said = finish(&mut command);
    assert_eq!(said.code, Some(3), "{}{}", said.out, said.err);
    assert!(said.err.contains("descriptors"), "{}", said.err);
    assert_nothing_left(&mark);
}

#[test]
fn chinese_is_spoken_throughout() {
    let said = say(&["run", "create-process", "--lang", "zh"]);
    for words in ["ps aux，进程最多时（", "退出码", "✓ 通过", "运行结束，用时"]
    {
        assert!(said.out.contains(words), "{words} in {}", said.out);
    }
    assert!(!said.out.contains("passed"), "{}", said.out);
}

/// Reads stdout up to a line that contains `word`, and returns the rest of stdout.
fn await_line(child: &mut Child, word: &str) -> BufReader<std::process::ChildStdout> {
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        assert_ne!(out.read_line(&mut line).expect("text"), 0, "no {word}");
    }
    out
}

#[test]
fn a_reader_that_leaves_ends_the_run_in_order() {
    for format in ["human", "json"] {
        let mut command = forklore(&[
            "run",
            "pool-async",
            "--time-scale",
            "50",
            "--format",
            format,
            "--ps",
            "all",
        ]);
        let mark = mark(&mut command);
        let mut child = command.spawn().unwrap();
        drop(await_line(&mut child, "ForkPoolWorker-"));
        let said = ended(child);
        assert_eq!((said.code, said.err.as_str()), (Some(141), ""), "{format}");
        assert_nothing_left(&mark);
    }
}

#[test]
fn signals_end_the_run_in_order() {
    for (signal, code) in [
        (Signal::SIGINT, 130),
        (Signal::SIGTERM, 143),
        (Signal::SIGHUP, 129),
    ] {
        let mut command = forklore(&["run", "pool-async", "--time-scale", "100"]);
        let mark = mark(&mut command);
        let mut child = command.spawn().unwrap();
        let out = await_line(&mut child, "ForkPoolWorker-1 ");
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        let said = ended(child);
        drop(out);
        assert_eq!(said.code, Some(code), "{signal}: {}", said.err);
        assert!(
            said.err.starts_with("The run was stopped after"),
            "{}",
            said.err
        );
        assert_nothing_left(&mark);
    }
}

#[test]
fn the_lines_of_a_run_that_is_ended_have_their_end() {
    let arguments = [
        "run",
        "pool-async",
        "--time-scale",
        "100",
        "--format",
        "json",
    ];
    let mut command = forklore(&arguments);
    let mut child = command.spawn().unwrap();
    let mut out = await_line(&mut child, "ForkPoolWorker-1");
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(ended(child).code, Some(130));
    let last = rest.lines().last().unwrap_or_default();
    assert!(
        last.contains("\"kind\":\"end\",\"status\":\"stopped\""),
        "{last}"
    );
    assert!(rest.ends_with('\n'));
}

#[test]
fn a_reader_that_does_not_read_keeps_no_signal_from_being_heard() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    // A full pipe: nothing forklore writes goes out.
    nix::fcntl::fcntl(&writer, nix::fcntl::FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
    writer.write_all(&[b'x'; 4096]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let mut command = forklore(&["run", "pool-async", "--time-scale", "0.01", "--record"]);
    let mark = mark(command.arg(&path));
    let child = command.stdout(writer).spawn().unwrap();
    drop(command);
    // It runs, so it listens.
    let recorded = || std::fs::read_to_string(&path).unwrap_or_default();
    wait_until(|| recorded().lines().count() > 2);
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let said = ended(child);
    assert_eq!(said.code, Some(143), "{}", said.err);
    assert_nothing_left(&mark);
    drop(reader);
}

#[test]
fn a_full_disk_ends_the_recording_and_not_the_run() {
    let said = say(&[
        "run",
        "pool-async",
        "--time-scale",
        "0.05",
        "--record",
        "/dev/full",
    ]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert_eq!(
        said.err.matches("the recording has stopped").count(),
        1,
        "{}",
        said.err
    );
    assert!(said.err.contains("No space left on device"), "{}", said.err);
    assert!(
        said.out.contains("! the recording has stopped"),
        "{}",
        said.out
    );
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let said = finish(forklore(&["run", "lock"]).stdout(Stdio::from(full)));
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("stdout can't be written: No space left"),
        "{}",
        said.err
    );
    let said = say(&["run", "lock", "--record", "/nowhere/at/all"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(
        said.err.contains("the recording can't be created"),
        "{}",
        said.err
    );
}

#[test]
fn the_lesson_can_be_named_by_number_or_beginning() {
    for given in ["1", "create", "01-create-process"] {
        let said = say(&["run", given, "--set", "processes=1"]);
        assert_eq!(said.code, Some(0), "{given}: {}", said.err);
        assert!(said.out.starts_with("create-process"), "{given}");
    }
}

#[test]
fn a_lessons_own_words_can_do_no_harm() {
    let hostile = "\\u001b]0;owned\\u0007title\\u009b2J";
    let pack = pack(
        "create-process",
        &format!(
            "[[checks]]\nid = \"nothing-left\"\nkind = \"nothing-left\"\n\
             words = {{ en = \"{hostile}\", zh = \"一\" }}\n"
        ),
    );
    let manifest = pack.path().join("lesson.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("\"t\"", &format!("\"{hostile}\""))).unwrap();
    for command in [
        &["run", "create-process"][..],
        &["lessons", "list"],
        &["test", "create-process"],
    ] {
        let said = with(command, &pack);
        let steering = |c: char| c.is_control() && c != '\n';
        assert!(!said.out.contains(steering), "{:?}", said.out);
        assert!(!said.err.contains(steering), "{:?}", said.err);
    }
}

#[test]
fn what_lies_in_a_list_has_its_name_under_python_too() {
    let said = say(&[
        "run",
        "philosophers",
        "--engine",
        "python",
        "--set",
        "meet=true",
    ]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains("waits for forks[1]"), "{}", said.out);
}

#[test]
fn a_deadlock_in_json_is_data_and_a_sentence_in_the_users_language() {
    let hangs = [
        "--set",
        "lock=Lock",
        "--set",
        "depth=2",
        "--set",
        "processes=2",
    ];
    for (lang, word) in [
        ("en", "which it holds itself"),
        ("zh", "而持有它的正是自己"),
    ] {
        let options = ["run", "lock", "--format", "json", "--lang", lang];
        let said = say(&[&options[..], &hangs[..]].concat());
        let end: serde_json::Value =
            serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
        assert_eq!(
            (&end["kind"], &end["status"]),
            (&"end".into(), &"deadlock".into())
        );
        let waits = end["waits"].as_array().unwrap();
        // Whoever got the lock waits for itself.
        let itself = |wait: &&serde_json::Value| wait["who"] == wait["held_by"][0];
        let wait = waits.iter().find(itself).unwrap();
        assert_eq!(
            wait["for"],
            serde_json::json!({"kind": "object", "id": "Lock-1", "name": "lock"})
        );
        assert!(wait["text"].as_str().unwrap().contains(word), "{wait}");
        // The lines are a recording all the same.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &said.out).unwrap();
        let replay = say(&["replay", "--headless", file.path().to_str().unwrap()]);
        assert!(
            replay.err.contains("Deadlock"),
            "{}{}",
            replay.out,
            replay.err
        );
    }
}
