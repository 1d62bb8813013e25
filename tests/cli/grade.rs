//! `grade`: programs of students, right and wrong in every way, against a lesson's checks.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Said, finish, forklore};
use crate::marks::{assert_nothing_left, mark};
use crate::packs::write;

const LESSON: &str = "slug = \"sum\"\norder = 50\ntitle = \"Sum\"\nsummary = \"A sum.\"\n\
    [[parameters]]\nname = \"n\"\nkind = \"int\"\ndefault = 2\nmin = 1\nmax = 4\nlabel = \"n\"\n\
    [[matrix]]\nn = [1, 3]\n\
    [[checks]]\nid = \"total\"\nkind = \"lines-multiset\"\nwords = \"The total\"\nlines = [\"{n * 10}\"]\n\
    [[checks]]\nid = \"locks\"\nkind = \"lock-exclusive\"\nwords = \"Each lock alone\"\n\
    object = \"lock_{i}\"\nfor = \"i in 0..2\"\n\
    [[checks]]\nid = \"codes\"\nkind = \"exit-codes\"\nwords = \"A code of one's own\"\n\
    process = \"Process-{i + 1}\"\nfor = \"i in 0..n\"\nis = \"i\"\n\
    [[checks]]\nid = \"value\"\nkind = \"final-value\"\nwords = \"Within bounds\"\nobject = \"total\"\n\
    cells = [{ index = 0, at-least = \"n * 10 - 1\", at-most = \"n * 10\" }]\n";

const RIGHT: &str = "from multiprocessing import Lock, Process, Value\nimport sys\n\nN = 2\n\n\n\
def add(i, total, locks):\n    for lock in locks:\n        with lock:\n            pass\n\
\x20   with total.get_lock():\n        total.value += 10\n    sys.exit(i)\n\n\n\
if __name__ == '__main__':\n    total = Value('i', 0)\n    lock_0 = Lock()\n    lock_1 = Lock()\n\
\x20   children = [Process(target=add, args=(i, total, (lock_0, lock_1))) for i in range(N)]\n\
\x20   for child in children:\n        child.start()\n    for child in children:\n        child.join()\n\
\x20   print(total.value)\n";

/// Two processes that each hold what the other waits for; a barrier sees to it.
const STUCK: &str = "from multiprocessing import Barrier, Lock, Process\n\nN = 2\n\n\n\
def take(first, second, both):\n    with first:\n        both.wait()\n        with second:\n            pass\n\n\n\
if __name__ == '__main__':\n    a, b, both = Lock(), Lock(), Barrier(2)\n\
\x20   for pair in ((a, b), (b, a)):\n        Process(target=take, args=pair + (both,)).start()\n";

fn class() -> tempfile::TempDir {
    let class = tempfile::tempdir().unwrap();
    let at = |name: &str| class.path().join(name);
    write(&at("lesson/lesson.toml"), LESSON);
    write(&at("lesson/program.py"), RIGHT);
    write(&at("right.py"), RIGHT);
    write(&at("wrong.py"), &RIGHT.replace("+= 10", "+= 9"));
    write(&at("stuck.py"), STUCK);
    write(
        &at("endless.py"),
        "import signal\nN = 2\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n    pass\n",
    );
    write(
        &at("flood.py"),
        "N = 2\nwhile True:\n    print('x' * 1000)\n",
    );
    write(&at("syntax.py"), "N = 2\ndef f(:\n    pass\n");
    write(&at("asks.py"), "N = 2\nprint(input('?'))\n");
    // 512 processes in the end: more than any lesson needs, and no danger to the machine.
    write(
        &at("bomb.py"),
        "import os, time\nN = 2\nfor _ in range(9):\n    os.fork()\ntime.sleep(60)\n",
    );
    write(
        &at("daemon.py"),
        "import os, time\nN = 2\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\n",
    );
    write(
        &at("own.py"),
        &RIGHT
            .replace(
                "import sys",
                "import sys\n\n\nclass Oops(Exception):\n    pass\n",
            )
            .replace(
                "    for lock in locks:\n",
                "    raise Oops('no')\n    for lock in locks:\n",
            ),
    );
    write(&at("other.py"), &RIGHT.replace("lock_", "mine_"));
    write(&at("no_constant.py"), "print(20)\n");
    std::fs::write(at("nonsense.py"), [0xff, 0xfe, 0]).unwrap();
    std::fs::create_dir(at("folder.py")).unwrap();
    class
}

fn grade(class: &Path, students: &[&str], options: &[&str]) -> Said {
    let lesson = class.join("lesson");
    let mut command = forklore(&["grade", "sum"]);
    command
        .args(students)
        .args(options)
        .arg("--lessons")
        .arg(lesson);
    command.env("XDG_STATE_HOME", class.join("state"));
    let mark = mark(&mut command);
    let said = finish(command.current_dir(class));
    assert_nothing_left(&mark);
    said
}

#[test]
fn each_program_has_its_line_and_none_stops_the_others() {
    let class = class();
    let students = [
        "right.py",
        "wrong.py",
        "stuck.py",
        "endless.py",
        "flood.py",
        "syntax.py",
        "asks.py",
        "bomb.py",
        "daemon.py",
        "own.py",
        "other.py",
        "no_constant.py",
        "nonsense.py",
        "folder.py",
        "nowhere.py",
    ];
    let options = ["--timeout", "3", "--set", "n=2", "--format", "json"];
    let said = grade(class.path(), &students, &options);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let graded: Value = serde_json::from_str(&said.out).unwrap();
    let of = |name: &str| -> &Value {
        let all = graded["students"].as_array().unwrap();
        all.iter().find(|one| one["student"] == name).unwrap()
    };
    let detail = |name: &str, id: &str| -> String {
        let checks = of(name)["checks"].as_array().unwrap().iter();
        let mut red = checks.filter(|check| check["passed"] == false);
        let check = red.find(|check| check["id"] == id);
        check.map_or_else(String::new, |check| check["detail"]["en"].to_string())
    };
    assert_eq!(of("right.py")["passed"], true, "{}", of("right.py"));
    for (name, id, words) in [
        ("wrong.py", "total", "missing: `20`"),
        ("wrong.py", "value", "total[0] is `18`, expected 19 – 20"),
        ("stuck.py", "run", "Nothing can go on: "),
        ("stuck.py", "run", "which Process-2 (PID"),
        ("endless.py", "run", "ended after 3 s"),
        ("endless.py", "total", "not judged"),
        ("flood.py", "run", "ended"),
        (
            "bomb.py",
            "run",
            "more than 200 processes were alive at once",
        ),
        ("daemon.py", "run", "Main had ended, but not "),
        ("own.py", "error", ": Oops: no (line 13)"),
        ("other.py", "locks", "nothing called `lock_0`, but `mine_0`"),
        ("syntax.py", "error", "SyntaxError: invalid syntax (line 2)"),
        ("asks.py", "error", "EOFError"),
        ("no_constant.py", "constants", "N: no such line"),
    ] {
        let told = detail(name, id);
        assert!(told.contains(words), "{name} {id}: {told} of {}", of(name));
    }
    for (name, words) in [
        ("nonsense.py", "not UTF-8"),
        ("folder.py", "is a directory"),
        ("nowhere.py", "No such file"),
    ] {
        let why = of(name)["error"].as_str().unwrap();
        assert!(why.contains(words), "{name}: {why}");
    }
    let stuck = of("stuck.py")["checks"][0]["recording"].as_str().unwrap();
    assert!(stuck.starts_with("forklore-grade-1/"), "{stuck}");
    let text = std::fs::read_to_string(class.path().join(stuck)).unwrap();
    assert!(text.lines().last().unwrap().contains("deadlock"), "{stuck}");
    // People are told the same on stderr.
    assert!(
        said.err
            .contains("15 programs, 12 runs: 1 without a mistake, 14 with one"),
        "{}",
        said.err
    );
}

#[test]
fn a_matrix_is_run_row_by_row() {
    let class = class();
    let said = grade(class.path(), &["right.py", "wrong.py"], &["--lang", "zh"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.out.contains("运行 2 次"), "{}", said.out);
    assert!(said.out.contains("第 1 次运行，n=1"), "{}", said.out);
    let options = ["--format", "junit", "--set", "n=4", "--runs", "2"];
    let said = grade(class.path(), &["right.py"], &options);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(
        said.out.contains("<testsuite name=\"right.py\""),
        "{}",
        said.out
    );
    let said = grade(class.path(), &["right.py"], &["--set", "m=4"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("has no parameter `m`"), "{}", said.err);
}

#[test]
fn the_lessons_own_program_is_tested_over_the_matrix_too() {
    let class = class();
    let mut command = forklore(&["test", "sum", "--runs", "1", "--trust", "--lessons"]);
    let said = finish(command.arg(class.path().join("lesson")));
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(
        said.out.contains(" n=1 ") && said.out.contains(" n=3 "),
        "{}",
        said.out
    );
}
