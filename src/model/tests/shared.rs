//! Arrays and values.

use super::{Log, create, set};

#[test]
fn an_array_shows_its_cells_and_their_last_writers() {
    let mut log = Log::with_children(2);
    let mut made = create("Array-1", "Array");
    made.args.typecode = Some("i".to_owned());
    made.args.values = Some(["11", "22", "33"].map(str::to_owned).to_vec());
    log.op(0, made);
    let seq = log.op(2, set("Array-1", 1, "102"));
    log.op(1, set("Array-1", -1, "7"));
    log.op(1, set("Array-1", 3, "no such cell"));
    log.op(1, set("Array-1", i64::MIN, "nor this"));
    let array = log
        .world
        .object("Array-1")
        .and_then(|o| o.shared())
        .expect("array");
    assert_eq!(array.values().collect::<Vec<_>>(), ["11", "102", "7"]);
    assert_eq!(
        (array.cells[1].writer, array.cells[1].written),
        (Some(2), Some(seq))
    );
    assert_eq!(array.cells[0].writer, None);
}

#[test]
fn an_array_of_absurd_length_is_bounded() {
    let mut log = Log::with_children(0);
    let mut made = create("Array-1", "Array");
    made.args.n = Some(i64::MAX);
    log.op(0, made);
    log.op(0, set("Array-1", 5, "1"));
    log.op(0, set("Array-1", i64::MAX, "1"));
    let array = log
        .world
        .object("Array-1")
        .and_then(|o| o.shared())
        .expect("array");
    assert_eq!(array.cells.len(), log.world.limits().elements);
    assert_eq!(&*array.cells[5].value, "1");
}

#[test]
fn raw_ctypes_are_arrays_and_values_too() {
    let mut log = Log::with_children(1);
    for (id, class) in [
        ("RawArray-1", "c_int_Array_5"),
        ("Array-1", "c_byte_Array_2"),
    ] {
        let mut made = create(id, class);
        made.args.n = Some(2);
        log.op(0, made);
        log.op(1, set(id, 1, "9"));
        let array = log
            .world
            .object(id)
            .and_then(|o| o.shared())
            .expect("an array");
        assert_eq!(array.values().collect::<Vec<_>>(), ["0", "9"]);
    }
    let mut made = create("Value-1", "c_double");
    made.args.value = Some("1.5".to_owned());
    log.op(0, made);
    let value = log
        .world
        .object("Value-1")
        .and_then(|o| o.shared())
        .expect("a value");
    assert_eq!(value.values().collect::<Vec<_>>(), ["1.5"]);
}
