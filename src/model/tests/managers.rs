//! Managers and what lives in their server: dictionaries, lists, namespaces.

use super::{Log, create, on};
use crate::trace::{Op, OpName, Role};

fn keyed(op: OpName, key: &str, value: Option<&str>) -> Op {
    let mut op = on(op, "DictProxy-1");
    op.args.key = Some(key.to_owned());
    op.args.value = value.map(str::to_owned);
    op
}

fn entries(log: &Log) -> Vec<(String, String)> {
    let dict = log
        .world
        .object("DictProxy-1")
        .and_then(|o| o.mapping())
        .expect("a dict");
    dict.entries()
        .map(|e| (e.key.to_string(), e.value.to_string()))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

#[test]
fn a_manager_knows_its_server_and_its_requests() {
    let mut log = Log::with_children(0);
    log.start(1, 100, "SyncManager-1", Role::Manager);
    log.op(0, create("SyncManager-1", "SyncManager"));
    log.start(2, 100, "Process-1", Role::Process);
    let mut made = create("DictProxy-1", "DictProxy");
    made.args.of = Some("SyncManager-1".to_owned());
    log.op(0, made);
    log.op(2, keyed(OpName::DictSet, "1", Some("101")));
    let manager = log
        .world
        .object("SyncManager-1")
        .and_then(|o| o.manager())
        .expect("a manager");
    assert_eq!(manager.server, Some(1));
    let asked: Vec<_> = log
        .world
        .requests()
        .iter()
        .map(|r| (r.proc, r.op))
        .collect();
    assert_eq!(asked, [(0, OpName::Create), (2, OpName::DictSet)]);
    log.op(0, on(OpName::Shutdown, "SyncManager-1"));
    assert!(
        log.world
            .object("SyncManager-1")
            .and_then(|o| o.manager())
            .expect("known")
            .shut_down
    );
}

#[test]
fn a_server_born_after_its_manager_is_found() {
    let mut log = Log::with_children(0);
    log.op(0, create("SyncManager-1", "SyncManager"));
    log.start(1, 100, "SyncManager-1", Role::Manager);
    let manager = log
        .world
        .object("SyncManager-1")
        .and_then(|o| o.manager())
        .expect("a manager");
    assert_eq!(manager.server, Some(1));
}

#[test]
fn a_dict_keeps_pythons_order() {
    let mut log = Log::with_children(1);
    for (key, value) in [("'a'", "1"), ("'b'", "2"), ("'a'", "3")] {
        log.op(1, keyed(OpName::DictSet, key, Some(value)));
    }
    assert_eq!(entries(&log), pairs(&[("'a'", "3"), ("'b'", "2")]));
    log.op(1, keyed(OpName::DictPop, "'a'", None));
    log.op(1, keyed(OpName::DictSet, "'a'", Some("4")));
    log.op(1, keyed(OpName::DictSetDefault, "'a'", Some("5")));
    log.op(1, keyed(OpName::DictSetDefault, "'c'", Some("6")));
    let mut update = on(OpName::DictUpdate, "DictProxy-1");
    update.args.values = Some(["'b'", "7", "'d'", "8", "odd"].map(str::to_owned).to_vec());
    log.op(1, update);
    assert_eq!(
        entries(&log),
        pairs(&[("'b'", "7"), ("'a'", "4"), ("'c'", "6"), ("'d'", "8")])
    );
    let mut missing = keyed(OpName::DictDel, "'b'", None);
    missing.error = Some("KeyError: 'b'".to_owned());
    log.op(1, missing);
    assert_eq!(entries(&log).len(), 4);
    log.op(1, on(OpName::DictPop, "DictProxy-1"));
    assert_eq!(
        entries(&log),
        pairs(&[("'b'", "7"), ("'a'", "4"), ("'c'", "6")])
    );
    log.op(1, on(OpName::DictClear, "DictProxy-1"));
    assert_eq!(entries(&log), []);
}

#[test]
fn keys_too_long_to_keep_stay_apart() {
    let mut log = Log::with_children(1);
    let key = "k".repeat(5000);
    log.op(1, keyed(OpName::DictSet, &format!("{key}1"), Some("1")));
    log.op(1, keyed(OpName::DictSet, &format!("{key}2"), Some("2")));
    log.op(1, keyed(OpName::DictDel, &format!("{key}1"), None));
    let left = entries(&log);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].1, "2");
    assert!(left[0].0.len() < 2000);
}

fn list(op: OpName, index: Option<i64>, value: Option<&str>) -> Op {
    let mut op = on(op, "ListProxy-1");
    op.args.index = index;
    op.args.value = value.map(str::to_owned);
    op
}

#[test]
fn a_list_does_what_pythons_does() {
    let mut log = Log::with_children(1);
    let mut made = create("ListProxy-1", "ListProxy");
    made.args.values = Some(["3", "1"].map(str::to_owned).to_vec());
    log.op(0, made);
    log.op(1, list(OpName::ListAppend, None, Some("20")));
    log.op(1, list(OpName::ListInsert, Some(-100), Some("9")));
    log.op(1, list(OpName::ListInsert, Some(i64::MAX), Some("8")));
    log.op(1, list(OpName::ListSet, Some(-1), Some("7")));
    log.op(1, list(OpName::ListSet, Some(99), Some("no such place")));
    let values = |log: &Log| -> Vec<String> {
        let list = log
            .world
            .object("ListProxy-1")
            .and_then(|o| o.sequence())
            .expect("a list");
        list.values().map(str::to_owned).collect()
    };
    assert_eq!(values(&log), ["9", "3", "1", "20", "7"]);
    log.op(1, list(OpName::ListSort, None, None));
    assert_eq!(values(&log), ["1", "3", "7", "9", "20"]);
    let mut back = list(OpName::ListSort, None, None);
    back.args.key = Some("reverse".to_owned());
    log.op(1, back);
    assert_eq!(values(&log), ["20", "9", "7", "3", "1"]);
    log.op(1, list(OpName::ListReverse, None, None));
    assert_eq!(values(&log), ["1", "3", "7", "9", "20"]);
    log.op(1, list(OpName::ListReverse, None, None));
    log.op(1, list(OpName::ListRemove, None, Some("7")));
    log.op(1, list(OpName::ListPop, None, None));
    log.op(1, list(OpName::ListDel, Some(0), None));
    assert_eq!(values(&log), ["9", "3"]);
    log.op(1, list(OpName::ListAppend, None, Some("[1]")));
    log.op(1, list(OpName::ListSort, None, None));
    let unordered = |log: &Log| {
        log.world
            .object("ListProxy-1")
            .and_then(|o| o.sequence())
            .map(|l| l.unordered)
    };
    assert_eq!(unordered(&log), Some(true));
    log.op(1, list(OpName::ListClear, None, None));
    assert_eq!((values(&log).len(), unordered(&log)), (0, Some(false)));
}

#[test]
fn a_namespace_keeps_its_names() {
    let mut log = Log::with_children(1);
    let named = |op, name: &str, value: &str| {
        let mut op = on(op, "Namespace-1");
        op.args.key = Some(name.to_owned());
        op.args.value = Some(value.to_owned());
        op
    };
    log.op(1, named(OpName::NamespaceSet, "x", "10"));
    log.op(1, named(OpName::NamespaceSet, "y", "20"));
    log.op(1, named(OpName::NamespaceDel, "x", ""));
    let namespace = log
        .world
        .object("Namespace-1")
        .and_then(|o| o.mapping())
        .expect("one");
    assert_eq!(namespace.get("y").map(|e| &*e.value), Some("20"));
    assert_eq!(namespace.get("x"), None);
}
