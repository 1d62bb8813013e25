//! Cases of `Manager`: its server process, proxies in every process, a dead server.

use std::collections::HashMap;
use std::path::Path;

use forklore::mp::{
    self, DictProxy, Event, ListProxy, Manager, NamespaceProxy, Object, Process, print,
};
use forklore::trace::{Exit, Kind, OpName, Role};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Case, Finished};

fn say<T: std::fmt::Display>(result: mp::Result<T>) {
    match result {
        Ok(value) => print!("{value}"),
        Err(error) => print!("{error}"),
    }
}

fn done(result: mp::Result<()>) {
    say(result.map(|()| "no error"));
}

/// Runs `work` in a child and waits for its end.
fn in_child(work: impl FnOnce() -> mp::Result<()> + 'static) -> mp::Result<()> {
    let p = Process::new(work, ());
    p.start()?;
    p.join()
}

/// The tutorial's program, faster.
fn ten_children() -> mp::Result<()> {
    let manager = Manager::new()?;
    let dic = manager.dict()?;
    for i in 0..10 {
        let dic = dic.clone();
        in_child(move || {
            dic.set(i, 100 + 1)?;
            print!("{}", dic.values()?);
            Ok(())
        })?;
    }
    print!("main proccess stop");
    Ok(())
}

/// Writes are seen by the parent and by siblings while the writer lives.
fn sharing() -> mp::Result<()> {
    let manager = Manager::new()?;
    let (dic, list, ns) = (
        manager.dict()?,
        manager.list_from([0])?,
        manager.namespace()?,
    );
    let (written, seen) = (Event::new()?, Event::new()?);
    let writer = {
        let (dic, list, ns) = (dic.clone(), list.clone(), ns.clone());
        let (written, seen) = (written.clone(), seen.clone());
        Process::new(
            move || -> mp::Result<()> {
                dic.set("pid", "child")?;
                list.append((1, "a"))?;
                ns.set("x", 1.5)?;
                written.set();
                seen.wait();
                ns.del("x")
            },
            (),
        )
    };
    writer.start()?;
    written.wait();
    print!("parent {dic} {list} {ns}");
    {
        let (dic, list, ns) = (dic.clone(), list.clone(), ns.clone());
        in_child(move || {
            print!(
                "sibling {} {} {}",
                dic.get("pid")?,
                list.pop()?,
                ns.get("x")?
            );
            Ok(())
        })?;
    }
    seen.set();
    writer.join()?;
    print!("after {} {}", list.len()?, ns);
    print!(
        "{} {}",
        manager.pid() == std::process::id().cast_signed(),
        mp::active_children().join(" ")
    );
    Ok(())
}

/// A change inside a value is lost; a nested proxy's is not.
fn nested() -> mp::Result<()> {
    let manager = Manager::new()?;
    let none = Vec::<i64>::new;
    let inner = manager.list()?;
    let dic = manager.dict_from(Object::dict([
        ("plain", Object::from(none())),
        ("again", none().into()),
        ("proxy", (&inner).into()),
    ]))?;
    let shared = dic.clone();
    in_child(move || {
        let Object::List(mut plain) = shared.get("plain")? else {
            panic!("a list");
        };
        plain.push(1.into());
        shared.set("again", plain)?;
        ListProxy::try_from(shared.get("proxy")?)?.append(1)
    })?;
    print!("{} {} {inner}", dic.get("plain")?, dic.get("again")?);
    let text = dic.str();
    print!(
        "{}",
        text.starts_with(
            "{'plain': [], 'again': [1], 'proxy': <ListProxy object, typeid 'list' at 0x"
        )
    );
    print!("{}", DictProxy::try_from(dic.get("proxy")?).is_err());
    let made_in_child = dic.clone();
    in_child(move || {
        let deep = manager.dict_from([("k", "v")])?;
        made_in_child.set("deep", &deep)
    })?;
    let deep = DictProxy::try_from(dic.get("deep")?)?;
    deep.set("l", 2)?;
    print!("{deep}");
    inner.extend(&deep)?;
    dic.clear()?;
    dic.update(&deep)?;
    print!("{inner} {dic}");
    Ok(())
}

fn methods() -> mp::Result<()> {
    let manager = Manager::new()?;
    let d = manager.dict_from([("a", 1)])?;
    say(d.get("x"));
    done(d.del("x"));
    say(d.pop("x"));
    say(d.pop_or("x", 5));
    say(d.get_or("x", ()));
    say(d.setdefault("z", 2));
    done(d.update([("q", 3)]));
    say(d.copy());
    print!(
        "{} {} {} {}",
        d.len()?,
        d.contains("z")?,
        d.keys()?,
        d.items()?
    );
    say(d.popitem());
    done(d.set([1], 1));
    done(d.clear());
    print!("{d} {}", d.is_empty()?);
    let l = manager.list_from([3, 1, 2])?;
    say(l.get(5));
    done(l.set(-4, 1));
    done(l.insert(0, 9));
    done(l.sort());
    print!("{l} {} {} {}", l.index(9)?, l.count(1)?, l.contains(7)?);
    done(l.sort_reversed());
    done(l.reverse());
    done(l.remove(77));
    say(l.pop_at(0));
    print!("{} {} {}", l.slice(1..)?, l.slice(..=-1)?, l.items()?);
    done(l.del(0));
    done(l.clear());
    say(l.pop());
    let n = manager.namespace_from(Object::dict([("a", 3)]))?;
    done(n.set("_hidden", 1));
    say(n.get("b"));
    done(n.del("b"));
    print!("{n} {}", n.get("_hidden")?);
    print!(
        "{}",
        d.repr()
            .starts_with("<DictProxy object, typeid 'dict' at 0x")
    );
    print!(
        "{}",
        n.repr()
            .starts_with("<NamespaceProxy object, typeid 'Namespace' at 0x")
    );
    let error = manager.dict_from(5).map(drop).expect_err("5 is no dict");
    print!(
        "{} {}",
        error.class,
        error
            .message
            .contains("\nTypeError: 'int' object is not iterable\n---")
    );
    Ok(())
}

fn after_shutdown() -> mp::Result<()> {
    let manager = Manager::new()?;
    let socket = manager.address().to_owned();
    print!("{}", Path::new(&socket).exists());
    let d = manager.dict_from([("a", 1)])?;
    let e = manager.dict()?;
    say(d.get("a"));
    let elsewhere = manager.clone();
    in_child(move || {
        // A process that did not create it can't.
        elsewhere.shutdown();
        Ok(())
    })?;
    say(d.get("a"));
    manager.shutdown();
    manager.shutdown();
    print!(
        "{} {}",
        Path::new(&socket).exists(),
        mp::active_children().len()
    );
    say(d.get("a"));
    done(e.set("a", 1));
    print!("{}", d.str().ends_with("; '__str__()' failed>"));
    say(manager.dict().map(|_| "a dict"));
    in_child(move || {
        say(d.get("a"));
        Ok(())
    })
}

fn a_killed_server() -> mp::Result<()> {
    let manager = Manager::new()?;
    let d = manager.dict_from([("a", 1)])?;
    let connected = d.get("a")?;
    let server = Pid::from_raw(manager.pid());
    let _ = kill(server, Signal::SIGKILL);
    while !mp::active_children().is_empty() {
        mp::sleep(0.001);
    }
    print!("{connected}");
    say(d.get("a"));
    say(manager.dict().map(|_| "a dict"));
    in_child(move || {
        say(d.get("a"));
        Ok(())
    })
}

/// A server that is killed while it should answer. It is stopped first, so that the request is pending.
fn killed_in_a_request() -> mp::Result<()> {
    let manager = Manager::new()?;
    let d = manager.dict_from([("a", 1)])?;
    d.get("a")?;
    let server = Pid::from_raw(manager.pid());
    let _ = kill(server, Signal::SIGSTOP);
    let there = Event::new()?;
    let p = {
        let (d, there) = (d.clone(), there.clone());
        Process::new(
            move || {
                there.set();
                let error = d.get("a").expect_err("the server is gone");
                print!(
                    "{}",
                    matches!(error.class.as_str(), "EOFError" | "ConnectionResetError")
                );
            },
            (),
        )
    };
    p.start()?;
    there.wait();
    until_asleep(p.pid().unwrap_or_default());
    let _ = kill(server, Signal::SIGKILL);
    p.join()
}

fn until_asleep(pid: i32) {
    let asleep = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('S'))
    };
    while !asleep() {
        mp::sleep(0.001);
    }
}

/// Main does not wait for its child, so the server ends first.
fn no_join() -> mp::Result<()> {
    let manager = Manager::new()?;
    let d = manager.dict()?;
    let server = manager.pid();
    Process::new(
        move || -> mp::Result<()> {
            while Path::new(&format!("/proc/{server}")).exists() {
                mp::sleep(0.001);
            }
            d.set(0, 101)
        },
        (),
    )
    .start()
}

fn in_a_daemon() -> mp::Result<()> {
    let p = Process::new(|| say(Manager::new().map(|_| "a manager")), ()).with_daemon(true);
    p.start()?;
    p.join()?;
    print!("{}", Process::new(|| (), ()).name());
    let _first = Manager::new()?;
    print!(
        "{} {}",
        mp::active_children().join(" "),
        Process::new(|| (), ()).name()
    );
    Ok(())
}

const CLIENTS: i64 = 3;

/// All processes change and read the same three objects.
fn a_scramble() -> mp::Result<()> {
    let manager = Manager::new()?.named("manager");
    let d = manager.dict_from([("k", 0)])?.named("dic");
    let l = manager.list_from([0, 0])?;
    let n = manager.namespace()?;
    n.set("x", 0)?;
    let work = |i: i64, d: &DictProxy, l: &ListProxy, n: &NamespaceProxy| -> mp::Result<()> {
        for turn in 0..60 {
            d.set("k", 1000 * i + turn)?;
            l.set(turn % 2, turn)?;
            n.set("x", turn)?;
            d.get("k")?;
            l.get(0)?;
            n.get("x")?;
        }
        d.get("missing")
            .map(drop)
            .expect_err("there is no such key");
        Ok(())
    };
    let children: Vec<Process> = (0..CLIENTS)
        .map(|i| {
            let (d, l, n) = (d.clone(), l.clone(), n.clone());
            Process::new(move || work(i, &d, &l, &n), ())
        })
        .collect();
    children.iter().try_for_each(Process::start)?;
    children.iter().try_for_each(Process::join)
}

/// In the order of the log, every read returns what was written last.
fn reads_give_what_was_written(run: &Finished) {
    let mut cells: HashMap<(String, String), String> = HashMap::new();
    let mut reads = 0;
    for (pid, op) in run.ops() {
        let place = op
            .args
            .key
            .clone()
            .or(op.args.index.map(|index| index.to_string()));
        let (Some(object), Some(place)) = (op.object.clone(), place) else {
            continue;
        };
        match op.op {
            OpName::DictSet | OpName::ListSet | OpName::NamespaceSet => {
                cells.insert((object, place), op.args.value.clone().expect("a value"));
            }
            OpName::DictGet if op.error.is_some() => {
                assert_eq!(op.error.as_deref(), Some("KeyError: 'missing'"));
            }
            OpName::DictGet | OpName::ListGet | OpName::NamespaceGet => {
                reads += 1;
                let wanted = cells.get(&(object.clone(), place.clone()));
                let wanted = wanted.map_or("0", String::as_str);
                assert_eq!(
                    op.result.as_deref(),
                    Some(wanted),
                    "{pid} {object}[{place}]"
                );
            }
            _ => {}
        }
    }
    assert_eq!(reads, CLIENTS * 60 * 3);
}

fn scramble_is_in_order(run: &Finished) {
    run.ok();
    run.versions_are_in_order();
    reads_give_what_was_written(run);
    let ops = run.ops();
    let (_, create) = ops
        .iter()
        .find(|(_, op)| op.op == OpName::Create && op.object.as_deref() == Some("DictProxy-1"))
        .expect("the dict was told of");
    assert_eq!(create.args.of.as_deref(), Some("SyncManager-1"));
    assert_eq!(
        create.args.values,
        Some(vec!["'k'".to_owned(), "0".to_owned()])
    );
    let (_, create) = ops
        .iter()
        .find(|(_, op)| op.args.class.as_deref() == Some("SyncManager"))
        .expect("the manager was told of");
    let server = create.args.pid.expect("its server's PID");
    let start = run
        .events
        .iter()
        .find(|event| event.pid == server)
        .expect("the server's start");
    let Kind::ProcessStart(start) = &start.kind else {
        panic!("{start:?} comes first");
    };
    assert_eq!(
        (start.name.as_str(), start.role),
        ("SyncManager-1", Role::Manager)
    );
    assert!(
        ops.iter().all(|(pid, _)| *pid != server),
        "the clients tell, not the server"
    );
    let (_, last) = ops.last().expect("operations");
    assert_eq!(
        (last.op, last.object.as_deref()),
        (OpName::Shutdown, Some("SyncManager-1"))
    );
}

pub fn cases() -> Vec<Case> {
    [uses(), ends(), logs()].concat()
}

fn uses() -> Vec<Case> {
    let shared: fn(&Finished) = |run| {
        run.ok();
        assert_eq!(
            run.lines(),
            [
                "parent {'pid': 'child'} [0, (1, 'a')] Namespace(x=1.5)",
                "sibling child (1, 'a') 1.5",
                "after 1 Namespace()",
                "false SyncManager-1",
            ]
        );
    };
    vec![
        Case::plain("managers_ten_children_fill_a_dict", ten_children, |run| {
            run.ok();
            let mut wanted: Vec<String> = (1..=10)
                .map(|i| format!("[{}]", vec!["101"; i].join(", ")))
                .collect();
            wanted.push("main proccess stop".to_owned());
            assert_eq!(run.lines(), wanted);
        }),
        Case::plain(
            "managers_writes_are_seen_while_the_writer_lives",
            sharing,
            shared,
        ),
        Case::plain("managers_changes_inside_a_value_are_lost", nested, |run| {
            run.ok();
            assert_eq!(
                run.lines(),
                [
                    "[] [1] [1]",
                    "true",
                    "true",
                    "{'k': 'v', 'l': 2}",
                    "[1, 'k', 'l'] {'k': 'v', 'l': 2}",
                ]
            );
        }),
        Case::plain(
            "managers_methods_are_those_of_python",
            methods,
            methods_check,
        ),
    ]
}

fn ends() -> Vec<Case> {
    vec![
        Case::plain("managers_after_shutdown", after_shutdown, |run| {
            run.ok();
            assert_eq!(
                run.lines(),
                [
                    "true",
                    "1",
                    "1",
                    "false 0",
                    "BrokenPipeError: [Errno 32] Broken pipe",
                    "BrokenPipeError: [Errno 32] Broken pipe",
                    "true",
                    "AssertionError: server not yet started",
                    "FileNotFoundError: [Errno 2] No such file or directory",
                ]
            );
        }),
        Case::plain(
            "managers_a_killed_server_is_an_error_and_no_hang",
            a_killed_server,
            |run| {
                run.ok();
                assert_eq!(
                    run.lines(),
                    [
                        "1",
                        "BrokenPipeError: [Errno 32] Broken pipe",
                        "ConnectionRefusedError: [Errno 111] Connection refused",
                        "ConnectionRefusedError: [Errno 111] Connection refused",
                    ]
                );
            },
        ),
        Case::plain(
            "managers_a_server_killed_in_a_request",
            killed_in_a_request,
            |run| {
                run.ok();
                assert_eq!(run.lines(), ["true"]);
            },
        ),
        Case::plain(
            "managers_without_join_the_server_goes_first",
            no_join,
            |run| {
                assert_eq!(run.exit, Exit::Code(0));
                assert!(
                    run.stderr
                        .starts_with("Process Process-2:\nTraceback (most recent call last):\n")
                        && run
                            .stderr
                            .ends_with("FileNotFoundError: [Errno 2] No such file or directory\n"),
                    "{}",
                    run.stderr
                );
            },
        ),
        Case::plain("managers_are_no_children_of_daemons", in_a_daemon, |run| {
            run.ok();
            assert_eq!(
                run.lines(),
                [
                    "AssertionError: daemonic processes are not allowed to have children",
                    "Process-2",
                    "SyncManager-3 Process-4",
                ]
            );
        }),
    ]
}

fn logs() -> Vec<Case> {
    vec![
        Case::traced(
            "managers_the_log_has_every_request_in_its_place",
            a_scramble,
            scramble_is_in_order,
        ),
        Case::traced(
            "managers_failed_requests_are_told_as_failed",
            a_killed_server,
            |run| {
                run.ok();
                let errors: Vec<&str> = run
                    .ops()
                    .iter()
                    .filter_map(|(_, op)| op.error.as_deref())
                    .collect();
                assert_eq!(
                    errors,
                    [
                        "BrokenPipeError: [Errno 32] Broken pipe",
                        "ConnectionRefusedError: [Errno 111] Connection refused",
                    ]
                );
            },
        ),
    ]
}

fn methods_check(run: &Finished) {
    run.ok();
    assert_eq!(
        run.lines(),
        [
            "KeyError: 'x'",
            "KeyError: 'x'",
            "KeyError: 'x'",
            "5",
            "None",
            "2",
            "no error",
            "{'a': 1, 'z': 2, 'q': 3}",
            "3 true ['a', 'z', 'q'] [('a', 1), ('z', 2), ('q', 3)]",
            "('q', 3)",
            "TypeError: unhashable type: 'list'",
            "no error",
            "{} true",
            "IndexError: list index out of range",
            "IndexError: list assignment index out of range",
            "no error",
            "no error",
            "[1, 2, 3, 9] 3 1 false",
            "no error",
            "no error",
            "ValueError: list.remove(x): x not in list",
            "1",
            "[3, 9] [2, 3, 9] [2, 3, 9]",
            "no error",
            "no error",
            "IndexError: pop from empty list",
            "no error",
            "AttributeError: 'Namespace' object has no attribute 'b'",
            "AttributeError: 'Namespace' object has no attribute 'b'",
            "Namespace(a=3) 1",
            "true",
            "true",
            "multiprocessing.managers.RemoteError true",
        ]
    );
}
