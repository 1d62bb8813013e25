//! Lesson packs of strangers: whatever stands in one, every command ends soon, says what is wrong and
//! where, and runs nothing that the folder does not hold.

use std::path::Path;
use std::time::Duration;

use forklore::lesson::Library;
use forklore::sys::clock;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::harness::{Said, ended, finish, forklore, say};
use crate::marks::{assert_nothing_left, mark};

pub fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A pack with one lesson: the program of a built-in one under a lesson.toml of one's own.
pub fn pack(slug: &str, rest: &str) -> TempDir {
    let pack = tempfile::tempdir().unwrap();
    let library = Library::embedded().unwrap();
    let manifest = format!(
        "slug = \"{slug}\"\norder = 1\n\
         title = {{ en = \"t\", zh = \"一\" }}\nsummary = {{ en = \"s\", zh = \"一\" }}\n{rest}\n"
    );
    write(&pack.path().join("lesson.toml"), &manifest);
    match library.find(slug) {
        Ok(lesson) => {
            write(&pack.path().join("program.py"), &lesson.files.python);
            let twin = lesson.files.rust.as_deref().unwrap();
            write(&pack.path().join("program.rs"), twin);
        }
        Err(_) => write(&pack.path().join("program.py"), "print(7777)\n"),
    }
    pack
}

/// A command with a pack that replaces what is built in.
pub fn with(arguments: &[&str], pack: &TempDir) -> Said {
    let mut command = forklore(arguments);
    finish(command.arg("--replace").arg("--lessons").arg(pack.path()))
}

fn check(keys: &str) -> String {
    format!("[[checks]]\nid = \"it\"\nwords = {{ en = \"it\", zh = \"它\" }}\n{keys}")
}

/// Checks that would take for ever, or all memory there is.
fn endless() -> Vec<String> {
    let rounds = "for = [\"a in 0..10000\", \"b in 0..10000\", \"c in 0..10000\", \"d in 0..0\"]";
    let any = format!("{{ text = \"x\", {rounds}, when = \"False\" }}");
    let repr = format!("{}'\\\\\\\\'{}", "repr(".repeat(50), ")".repeat(50));
    let nested = "[[[[0 for d in 0..9999] for c in 0..9999] for b in 0..9999] for a in 0..9999]";
    vec![
        check(&format!(
            "kind = \"contiguous-blocks\"\n{rounds}\nlines = [\"x\"]"
        )),
        check(&format!("kind = \"lines-multiset\"\nlines = [{any}]")),
        check(&format!(
            "kind = \"lines-multiset\"\nlines = [{{ any = [{any}], for = \"z in 0..10000\" }}]"
        )),
        check(&format!("kind = \"lines-exact\"\nlines = [\"{{{repr}}}\"]")),
        check(&format!(
            "kind = \"process-count\"\nof = \"all\"\nis = \"len({nested})\""
        )),
        check(
            "kind = \"contiguous-blocks\"\nfor = \"i in 0..10000\"\n\
             lines = [{ text = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa {j}\", for = \"j in 0..10000\" }]",
        ),
        check(
            "kind = \"never-together\"\nfor = \"i in 0..10000\"\n\
             lines = [{ any = [{ text = \"{*}b{*}c{*}{j}\", for = \"j in 0..9999\" }] }]",
        ),
        format!(
            "[define]\na = \"[i for i in 0..9999]\"\nb = \"[a for i in 0..9999]\"\n\
             c = \"[b for i in 0..9999]\"\n{}",
            check("kind = \"process-count\"\nof = \"all\"\nis = \"len(c)\"")
        ),
    ]
}

/// Longest a command may take with a hostile pack; without bounds none of these ever ended.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn expressions_without_end_are_red_and_name_their_line() {
    for rest in endless() {
        let pack = pack("create-process", &rest);
        let began = clock::instant();
        let said = with(&["run", "create-process"], &pack);
        assert_eq!(said.code, Some(1), "{rest}\n{}{}", said.out, said.err);
        let place = format!("{}:", pack.path().join("lesson.toml").display());
        assert!(said.out.contains(&place), "{rest}\n{}", said.out);
        assert!(
            said.out.contains("too much time or memory") || said.out.contains("more than"),
            "{rest}\n{}",
            said.out
        );
        let said = with(&["lessons", "check"], &pack);
        assert_eq!(said.code, Some(1), "{rest}\n{}", said.err);
        assert!(said.out.contains("lesson.toml:"), "{rest}\n{}", said.out);
        let took = clock::instant().duration_since(began);
        assert!(took < SOON, "{rest}\ntook {took:?}");
    }
}

/// Processor time of a process so far, in ticks of 10 ms (utime and stime of proc_pid_stat(5)).
fn ticks(pid: Pid) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times = behind_name.split_whitespace().skip(11).take(2);
    times.filter_map(|time| time.parse::<u64>().ok()).sum()
}

#[test]
fn signals_end_a_test_of_an_endless_pack() {
    for rest in endless().into_iter().take(4) {
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            let pack = pack("create-process", &rest);
            let mut command = forklore(&["test", "create-process", "--runs", "1000"]);
            command.arg("--replace").arg("--lessons").arg(pack.path());
            let mark = mark(&mut command);
            let child = command.spawn().unwrap();
            let pid = Pid::from_raw(child.id().cast_signed());
            // Starting and running take little of a processor: with so much it evaluates.
            let deadline = clock::instant() + Duration::from_mins(1);
            while ticks(pid) < 40 {
                assert!(clock::instant() < deadline, "it does not evaluate: {rest}");
                std::thread::yield_now();
            }
            let began = clock::instant();
            kill(pid, signal).unwrap();
            let said = ended(child);
            let took = clock::instant().duration_since(began);
            assert_eq!(said.code, Some(128 + signal as i32), "{}", said.err);
            assert!(took < Duration::from_secs(5), "{signal}: {took:?}");
            assert_nothing_left(&mark);
        }
    }
}

#[test]
fn nine_thousand_parameters_are_refused_at_once() {
    let one = |n: usize| {
        format!(
            "[[parameters]]\nname = \"p{n}\"\nkind = \"int\"\ndefault = 1\nmin = 1\nmax = 9\n\
             label = {{ en = \"p\", zh = \"数\" }}\n"
        )
    };
    let pack = pack("mine", &(0..9000).map(one).collect::<String>());
    let began = clock::instant();
    let said = with(&["lessons", "check"], &pack);
    assert_eq!(said.code, Some(4));
    assert!(
        said.err.contains("9000 entries, expected at most 200"),
        "{}",
        said.err
    );
    assert!(clock::instant().duration_since(began) < SOON);
}

#[test]
fn a_fifo_in_a_pack_keeps_nobody_waiting() {
    for name in ["program.py", "lesson.toml", "en.md", "probes/p.py"] {
        let pack = pack("mine", "");
        let path = pack.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&path);
        nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap();
        for command in [&["lessons", "list"][..], &["lessons", "check"]] {
            let said = with(command, &pack);
            assert_eq!(said.code, Some(4), "{name}");
            assert!(
                said.err.contains("not a regular file"),
                "{name}: {}",
                said.err
            );
        }
        // The others are there all the same.
        let said = with(&["run", "create-process", "--time-scale", "0"], &pack);
        assert_eq!(said.code, Some(0), "{name}: {}", said.err);
        assert!(
            said.err.contains("not a regular file"),
            "{name}: {}",
            said.err
        );
    }
}

#[test]
fn a_slug_that_is_taken_is_that_lessons_error_alone_and_names_both_paths() {
    let pack = pack("lock", "");
    write(&pack.path().join("program.py"), "print(7777)\n");
    let path = pack.path().to_str().unwrap();
    for (command, code) in [
        (&["run", "lock"][..], 4),
        // Its number and the beginning of its slug mean the same lesson.
        (&["run", "6"], 4),
        (&["run", "loc"], 4),
        (&["test", "lock", "--runs", "1"], 3),
        (&["lessons", "check"], 1),
        (&["lessons", "list"], 4),
        (&["run", "array", "--time-scale", "0"], 0),
    ] {
        let said = finish(forklore(command).args(["--lessons", path]));
        assert_eq!(said.code, Some(code), "{command:?}: {}", said.err);
        let ran = command[0] != "lessons" && said.out.contains("7777");
        assert!(!ran, "{command:?}: {}", said.out);
        for words in ["lessons/06-lock", path, "--replace"] {
            let told = format!("{}{}", said.out, said.err);
            assert!(told.contains(words), "{words} in {told}");
        }
    }
    let mut command = forklore(&["test", "--runs", "1", "--engine", "native", "--format"]);
    let said = finish(command.args(["junit", "--lessons", path]));
    assert_eq!(said.code, Some(1), "{}", said.err);
    let suites: Vec<&str> = said.out.split("<testsuite ").skip(1).collect();
    let taken = format!("name=\"lock {path}\"");
    let (refused, ran): (Vec<&str>, _) = suites.iter().partition(|suite| suite.contains(&taken));
    assert!(
        refused.len() == 1 && refused[0].contains("<error"),
        "{refused:?}"
    );
    assert!(refused[0].contains("lessons/06-lock"), "{refused:?}");
    assert!(
        ran.iter()
            .all(|suite: &&str| suite.contains("errors=\"0\""))
    );
    assert!(
        ran.iter()
            .any(|suite: &&str| suite.contains("name=\"lock\""))
    );
    // In its place, another program's twin does not run.
    let said = with(&["run", "lock", "--engine", "native"], &pack);
    assert_eq!((said.code, said.out.as_str()), (Some(3), ""));
    assert!(said.err.contains("has no Rust twin"), "{}", said.err);
    let said = with(&["run", "lock", "--trust"], &pack);
    assert!(said.out.contains("7777"), "{}{}", said.out, said.err);
}

#[test]
fn wider_ranges_do_not_reach_the_twin() {
    let wide = "[[parameters]]\nname = \"processes\"\nkind = \"int\"\ndefault = 2500\nmin = 1\n\
        max = 5000\nlabel = { en = \"p\", zh = \"数\" }\n";
    let pack = pack("create-process", wide);
    let said = with(&["run", "create-process", "--engine", "native"], &pack);
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(3), ""),
        "{}",
        said.err
    );
}

#[test]
fn what_can_not_be_run_is_an_error_in_every_format_and_the_file_is_written() {
    let pack = pack("mine", "");
    let broken = tempfile::tempdir().unwrap();
    write(&broken.path().join("50-bad/program.py"), "");
    write(&broken.path().join("50-bad/lesson.toml"), "slug = 1");
    let folder = tempfile::tempdir().unwrap();
    for (format, words) in [
        ("junit", &["<error", "name=\"mine\"", "name=\"50-bad\""][..]),
        ("tap", &["not ok 1 - run", "- mine", "- 50-bad"]),
        (
            "json",
            &["\"slug\":\"mine\"", "\"slug\":\"50-bad\"", "\"failed\":2"],
        ),
        ("human", &["mine", "50-bad", "FAILED"]),
    ] {
        let file = folder.path().join(format);
        let mut command = forklore(&["test", "--runs", "1", "--time-scale", "0.05"]);
        command
            .args(["--engine", "native", "--format", format])
            .arg("--output")
            .arg(&file);
        command.arg("--lessons").arg(pack.path());
        let said = finish(command.arg("--lessons").arg(broken.path()));
        assert_eq!(said.code, Some(1), "{}", said.err);
        let text = std::fs::read_to_string(&file).unwrap();
        for words in words {
            assert!(text.contains(words), "{words} in {text}");
        }
        // The built-in ones ran beside them.
        assert!(text.contains("lock"), "{text}");
    }
    let file = folder.path().join("alone");
    let mut command = forklore(&["test", "bad", "--output"]);
    let said = finish(command.arg(&file).arg("--lessons").arg(broken.path()));
    assert_eq!(said.code, Some(3), "{}", said.err);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("lesson.toml:1:8"), "{text}");
}

#[test]
fn a_broken_lesson_stops_no_other_command() {
    let pack = tempfile::tempdir().unwrap();
    write(&pack.path().join("50-bad/program.py"), "");
    write(&pack.path().join("50-bad/lesson.toml"), "slug = 1");
    let path = pack.path().to_str().unwrap();
    let said = say(&["run", "lock", "--lessons", path]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("50-bad/lesson.toml:1:8"), "{}", said.err);
    for name in ["bad", "50-bad"] {
        let said = say(&["run", name, "--lessons", path]);
        assert_eq!(said.code, Some(4), "{}", said.err);
    }
}

#[test]
fn a_claim_whose_probe_disagrees_is_red_under_the_version_it_ran_on() {
    let claim = |id: &str, probe: &str, expect: &str| {
        format!(
            "[[claims]]\nid = \"{id}\"\nsays = {{ en = \"s\", zh = \"说\" }}\nverdict = \"true\"\n\
             finding = {{ en = \"f\", zh = \"真\" }}\nprobe = \"{probe}\"\nexpect = \"{expect}\"\n"
        )
    };
    let both = claim("right", "p.py", "verdict: yes") + &claim("wrong", "p.py", "verdict: no");
    let pack = pack("mine", &both);
    write(&pack.path().join("probes/p.py"), "print('verdict: yes')\n");
    let said = with(
        &["test", "--claims", "mine", "--python", "python3", "--trust"],
        &pack,
    );
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    let row = |id: &str| {
        said.out
            .lines()
            .find(|line| line.contains(id))
            .unwrap_or_default()
    };
    assert!(
        row("right").ends_with('✓') && row("wrong").ends_with('✗'),
        "{}",
        said.out
    );
    assert!(said.out.contains("verdict: yes"), "{}", said.out);
    let said = with(
        &["test", "--claims", "mine", "--format", "junit", "--trust"],
        &pack,
    );
    assert!(said.out.contains("<failure"), "{}{}", said.out, said.err);
}

#[test]
fn a_test_says_what_the_program_died_of_and_ends_one_that_does_not_end() {
    let check = check("kind = \"lines-exact\"\nlines = [\"7777\"]");
    for (program, words) in [
        (
            "print(7777 // 0)\n",
            &["MainProcess: ZeroDivisionError: ", "(line 1)"][..],
        ),
        (
            "import time\nprint(7777)\ntime.sleep(600)\n",
            &["ended after 2 s", "1 check was not judged"],
        ),
    ] {
        let pack = pack("mine", &check);
        write(&pack.path().join("program.py"), program);
        let options = [
            "--runs",
            "1",
            "--trust",
            "--timeout",
            "2",
            "--time-scale",
            "1",
        ];
        let said = with(&[&["test", "mine"][..], &options[..]].concat(), &pack);
        assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
        for words in words {
            assert!(said.out.contains(words), "{words} in {}", said.out);
        }
    }
}
